import type { Directory } from '../files/node.ts';
import type { Layer } from '../image/image.ts';
import type { ImageStore } from '../image/image-store.ts';

/** How many merged trees are kept. They share their files with the layers, so each costs its directories only. */
const KEPT = 16;

/** Merged trees of images, for looking up users and comparing: made once for each stack of layers. */
export class RootCache {
  readonly #images: ImageStore;
  readonly #roots = new Map<string, Promise<Directory>>();

  constructor(images: ImageStore) {
    this.#images = images;
  }

  /** Bottom layer first. Throws ImageError if a layer is not in the store. */
  get(layers: readonly Layer[]): Promise<Directory> {
    const key = layers.at(-1)?.chainId ?? '';
    const root = this.#roots.get(key) ?? this.#images.rootfs(layers);
    // Taken out and put in again: the first key is always the one not asked for the longest.
    this.#roots.delete(key);
    this.#roots.set(key, root);
    root.catch(() => this.#roots.delete(key));
    for (const oldest of this.#roots.keys()) {
      if (this.#roots.size <= KEPT) break;
      this.#roots.delete(oldest);
    }
    return root;
  }
}
