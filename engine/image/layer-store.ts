import type { Directory } from '../files/node.ts';
import { countBytes } from '../files/tree.ts';
import type { BlobStore } from '../stores/blob-store.ts';
import type { StateStore } from '../stores/state-store.ts';
import { type Digest, hexOf, sha256 } from './digest.ts';
import { type Descriptor, MEDIA_TYPES } from './documents.ts';
import { ImageError } from './errors.ts';
import { gunzip, gzip, isGzip } from './gzip.ts';
import type { StoredLayer } from './image.ts';
import { layerTarToTree } from './layer.ts';

/** `layers/HEX` in the state store. */
interface LayerRecord extends StoredLayer {
  /** What is in the blob store: the tar itself (digest = diffId), or its gzip. */
  readonly blob: Descriptor;
}

/**
 * Layers by diff ID. A layer made here is kept as its plain tar and compressed when a manifest first needs it: gzip of
 * a megabyte takes as long as a whole `docker commit` does. From then on the gzip is what is kept, so its digest stays.
 */
export class LayerStore {
  readonly #blobs: BlobStore;
  readonly #state: StateStore;
  readonly #records = new Map<Digest, LayerRecord>();
  readonly #trees = new Map<Digest, Promise<Directory>>();
  readonly #compressing = new Map<Digest, Promise<Descriptor>>();

  private constructor(blobs: BlobStore, state: StateStore) {
    this.#blobs = blobs;
    this.#state = state;
  }

  static async open(blobs: BlobStore, state: StateStore): Promise<LayerStore> {
    const store = new LayerStore(blobs, state);
    for (const key of await state.list('layers/')) {
      const record = (await state.get(key)) as LayerRecord;
      store.#records.set(record.diffId, record);
    }
    return store;
  }

  get(diffId: Digest): StoredLayer | undefined {
    const record = this.#records.get(diffId);
    return record && { diffId, bytes: record.bytes };
  }

  diffIds(): readonly Digest[] {
    return [...this.#records.keys()];
  }

  /** The layer whose blob, as stored, has this digest. */
  byBlob(digest: Digest): Digest | undefined {
    for (const record of this.#records.values()) if (record.blob.digest === digest) return record.diffId;
    return undefined;
  }

  /**
   * @param tar uncompressed; the store keeps it, so it must not be written to afterwards
   * @throws TarError if it is no archive; then nothing is stored
   */
  async add(tar: Uint8Array): Promise<StoredLayer> {
    const diffId = await sha256(tar);
    const known = this.get(diffId);
    if (known) return known;
    const tree = layerTarToTree(tar);
    const blob: Descriptor = { mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size: tar.length };
    return this.#store(diffId, tree, blob, tar);
  }

  /**
   * A layer as a registry or archive has it: gzip or plain tar.
   * @throws ImageError `corrupt` if it does not unpack to `diffId`; TarError; then nothing is stored
   */
  async addBlob(bytes: Uint8Array, descriptor: Descriptor, diffId: Digest): Promise<StoredLayer> {
    const known = this.#records.get(diffId);
    // A plain tar gives way to the gzip that others know the layer by.
    if (known && (isCompressed(known.blob) || !isGzip(bytes))) return { diffId, bytes: known.bytes };
    const tar = isGzip(bytes) ? await gunzip(bytes) : bytes;
    const actual = await sha256(tar);
    if (actual !== diffId) {
      throw new ImageError('corrupt', `layer ${descriptor.digest} unpacks to ${actual}, its image says ${diffId}`);
    }
    const stored = await this.#store(diffId, layerTarToTree(tar), toStored(descriptor, bytes), bytes);
    if (known) await this.#blobs.delete(known.blob.digest);
    return stored;
  }

  async #store(diffId: Digest, tree: Directory, blob: Descriptor, bytes: Uint8Array): Promise<StoredLayer> {
    const record: LayerRecord = { diffId, bytes: countBytes(tree), blob };
    await this.#blobs.put(blob.digest, bytes);
    await this.#state.set(key(diffId), record);
    this.#records.set(diffId, record);
    this.#trees.set(diffId, Promise.resolve(tree));
    return { diffId, bytes: record.bytes };
  }

  /** In overlay form; kept once read. @throws ImageError `not-found`, `corrupt` */
  tree(diffId: Digest): Promise<Directory> {
    let tree = this.#trees.get(diffId);
    if (!tree) {
      tree = this.tar(diffId).then(layerTarToTree);
      this.#trees.set(diffId, tree);
      // A failed read is no answer to keep.
      tree.catch(() => this.#trees.delete(diffId));
    }
    return tree;
  }

  /** Uncompressed. @throws ImageError `not-found`, `corrupt` */
  async tar(diffId: Digest): Promise<Uint8Array> {
    const { blob } = this.#record(diffId);
    const bytes = await this.#blobs.get(blob.digest);
    // Compressed in the meantime: the plain tar is gone, its gzip is there.
    if (!bytes && this.#record(diffId).blob !== blob) return this.tar(diffId);
    if (!bytes) throw new ImageError('corrupt', `layer ${diffId}: blob ${blob.digest} is missing`);
    const tar = isGzip(bytes) ? await gunzip(bytes) : bytes;
    if ((await sha256(tar)) !== diffId) throw new ImageError('corrupt', `layer ${diffId}: stored blob is damaged`);
    return tar;
  }

  /** The layer as manifests name it, compressed now if it has not been. @throws ImageError `not-found`, `corrupt` */
  compressed(diffId: Digest): Promise<Descriptor> {
    const { blob } = this.#record(diffId);
    if (isCompressed(blob)) return Promise.resolve(blob);
    let pending = this.#compressing.get(diffId);
    if (!pending) {
      pending = this.#compress(diffId).finally(() => this.#compressing.delete(diffId));
      this.#compressing.set(diffId, pending);
    }
    return pending;
  }

  async #compress(diffId: Digest): Promise<Descriptor> {
    const bytes = await gzip(await this.tar(diffId));
    const blob: Descriptor = { mediaType: MEDIA_TYPES.ociLayerGzip, digest: await sha256(bytes), size: bytes.length };
    const record: LayerRecord = { ...this.#record(diffId), blob };
    await this.#blobs.put(blob.digest, bytes);
    await this.#state.set(key(diffId), record);
    this.#records.set(diffId, record);
    await this.#blobs.delete(diffId);
    return blob;
  }

  async delete(diffId: Digest): Promise<void> {
    await this.#compressing.get(diffId)?.catch(() => undefined);
    const record = this.#records.get(diffId);
    if (!record) return;
    this.#records.delete(diffId);
    this.#trees.delete(diffId);
    await this.#state.delete(key(diffId));
    await this.#blobs.delete(record.blob.digest);
  }

  #record(diffId: Digest): LayerRecord {
    const record = this.#records.get(diffId);
    if (!record) throw new ImageError('not-found', `layer ${diffId} is not in the store`);
    return record;
  }
}

function isCompressed(blob: Descriptor): boolean {
  return blob.mediaType !== MEDIA_TYPES.ociLayer;
}

/** Only what a manifest needs, with the media type that the bytes have, whatever the archive called them. */
function toStored({ mediaType, digest }: Descriptor, bytes: Uint8Array): Descriptor {
  const size = bytes.length;
  if (!isGzip(bytes)) return { mediaType: MEDIA_TYPES.ociLayer, digest, size };
  const known: readonly string[] = [MEDIA_TYPES.ociLayerGzip, MEDIA_TYPES.dockerLayerGzip];
  return { mediaType: known.includes(mediaType) ? mediaType : MEDIA_TYPES.ociLayerGzip, digest, size };
}

function key(diffId: Digest): string {
  return `layers/${hexOf(diffId)}`;
}
