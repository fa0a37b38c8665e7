import type { BlobStore } from '../stores/blob-store.ts';
import { type Digest, sha256 } from './digest.ts';
import { type Descriptor, encodeJson, type Manifest, MEDIA_TYPES, parseManifest } from './documents.ts';
import { ImageError } from './errors.ts';
import type { Image } from './image.ts';
import type { LayerStore } from './layer-store.ts';

/** A manifest and its blob. */
export interface StoredManifest {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
}

/**
 * Manifests of the images in the store, byte for byte: as long as one is here, so is every blob that it names. Each
 * belongs to one image, since it names its config.
 */
export class ManifestStore {
  readonly #blobs: BlobStore;
  readonly #layers: LayerStore;
  readonly #kept = new Map<Digest, StoredManifest>();

  constructor(blobs: BlobStore, layers: LayerStore) {
    this.#blobs = blobs;
    this.#layers = layers;
  }

  /** One that an earlier store has kept; undefined if its blob is lost. */
  async reopen(digest: Digest): Promise<StoredManifest | undefined> {
    const bytes = await this.#blobs.get(digest);
    if (!bytes) return undefined;
    const stored = toStored(digest, bytes);
    this.#kept.set(digest, stored);
    return stored;
  }

  get(digest: Digest): StoredManifest | undefined {
    return this.#kept.get(digest);
  }

  /**
   * @param diffIds of its layers, whose blobs are in the layer store under the digests that it names
   * @throws ImageError `invalid` if it names others
   */
  async keep(bytes: Uint8Array, diffIds: readonly Digest[]): Promise<Digest> {
    const digest = await sha256(bytes);
    if (this.#kept.has(digest)) return digest;
    const stored = toStored(digest, bytes);
    const { layers } = stored.manifest;
    if (
      layers.length !== diffIds.length ||
      layers.some((layer, i) => this.#layers.byBlob(layer.digest) !== diffIds[i])
    ) {
      throw new ImageError('invalid', `manifest ${digest} has other layers than its image`);
    }
    await this.#blobs.put(digest, bytes);
    for (const [i, layer] of layers.entries()) {
      const diffId = diffIds[i];
      if (diffId) await this.#layers.setKept(diffId, layer.digest, true);
    }
    this.#kept.set(digest, stored);
    return digest;
  }

  /** Lets go of manifests, and of blobs that no other names. */
  async release(digests: readonly Digest[], diffIds: readonly Digest[]): Promise<void> {
    for (const digest of digests) {
      const layers = this.#kept.get(digest)?.manifest.layers ?? [];
      this.#kept.delete(digest);
      await this.#blobs.delete(digest);
      const named = new Set(
        [...this.#kept.values()].flatMap(({ manifest }) => manifest.layers.map((each) => each.digest)),
      );
      for (const [i, layer] of layers.entries()) {
        const diffId = diffIds[i];
        if (diffId && !named.has(layer.digest) && this.#layers.get(diffId)) {
          await this.#layers.setKept(diffId, layer.digest, false);
          await this.#layers.settle(diffId);
        }
      }
    }
  }

  /** A manifest for an image that has none: that compresses layers which have not been. Not kept yet. */
  async make(image: Image): Promise<Uint8Array> {
    const layers: Descriptor[] = [];
    for (const { diffId } of image.layers) layers.push(await this.#layers.compressed(diffId));
    const config = { mediaType: MEDIA_TYPES.ociConfig, digest: image.id, size: image.configBytes.length };
    return encodeJson({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers } satisfies Manifest);
  }
}

function toStored(digest: Digest, bytes: Uint8Array): StoredManifest {
  const manifest = parseManifest(bytes);
  const mediaType = manifest.mediaType ?? MEDIA_TYPES.ociManifest;
  return { descriptor: { mediaType, digest, size: bytes.length }, manifest, bytes };
}
