import { type Digest, hexOf } from '../image/digest.ts';
import type { Layer } from '../image/image.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { Machine } from '../machine/machine.ts';
import { INIT_LAYER, initLayerTree } from './init-layer.ts';

/** Hex digits: enough to tell layers apart, and few enough that MAX_DEPTH of them (engine/image/depth.ts) fit a mount's page of options. */
const NAME_LENGTH = 20;

/** A layer's directory name in the guest's `/layers`: the same layer has one directory, whatever is below it. */
export const layerName = (diffId: Digest): string => hexOf(diffId).slice(0, NAME_LENGTH);

/** Where a layer is in the guest. */
export const layerPath = (name: string): string => `/layers/${name}`;

/** Makes images' layers appear in the guest, once each, and takes them away when nothing needs them. */
export class LayerPublisher {
  readonly #machine: Machine;
  readonly #images: ImageStore;
  readonly #published = new Set<string>();

  constructor(machine: Machine, images: ImageStore) {
    this.#machine = machine;
    this.#images = images;
  }

  /** Publishes what is not there yet. Gives the names for an overlay mount, topmost first, the init layer above all. */
  async publish(layers: readonly Pick<Layer, 'diffId'>[]): Promise<readonly string[]> {
    if (!this.#published.has(INIT_LAYER)) {
      this.#machine.publishLayer(INIT_LAYER, initLayerTree);
      this.#published.add(INIT_LAYER);
    }
    for (const { diffId } of layers) {
      const name = layerName(diffId);
      if (this.#published.has(name)) continue;
      const tree = await this.#images.tree(diffId);
      // Another start may have published it while the tree was read.
      if (this.#published.has(name)) continue;
      this.#machine.publishLayer(name, tree);
      this.#published.add(name);
    }
    // An image may hold one layer twice (two steps that change nothing). Overlayfs refuses a directory twice, and the
    // lower one has nothing that the upper one, being the same, does not show already.
    return [INIT_LAYER, ...new Set(layers.map(({ diffId }) => layerName(diffId)).reverse())];
  }

  /** Withdraws every layer but these and the init layer. Call it when no start is going on. */
  retain(needed: Iterable<Digest>): void {
    const names = new Set([INIT_LAYER, ...[...needed].map(layerName)]);
    for (const name of this.#published) {
      if (names.has(name)) continue;
      this.#machine.withdrawLayer(name);
      this.#published.delete(name);
    }
  }
}
