import type { Directory } from '../files/node.ts';
import { countBytes } from '../files/tree.ts';
import type { BlobStore } from '../stores/blob-store.ts';
import type { StateStore } from '../stores/state-store.ts';
import { tooLarge } from './compression/output.ts';
import { type Compression, DEFAULT_UNPACK_LIMIT, decompress, detectCompression } from './compression.ts';
import { type Digest, hexOf, sha256 } from './digest.ts';
import { type Descriptor, MEDIA_TYPES } from './documents.ts';
import { ImageError } from './errors.ts';
import { gzip } from './gzip.ts';
import type { StoredLayer } from './image.ts';
import { layerTarToTree } from './layer.ts';
import { MergedRoots } from './merged-roots.ts';

/** A blob that is the layer: its plain tar (then the digest is the diff ID), or that in some compression. */
interface LayerForm {
  readonly digest: Digest;
  /** Bytes of the blob. */
  readonly size: number;
  readonly compression: Compression;
  /** A manifest in the store names this very blob. */
  readonly kept?: boolean;
}

/** `layers/HEX` in the state store. */
interface LayerRecord extends StoredLayer {
  /** At least one. The first compressed one is what new manifests name. */
  readonly forms: readonly LayerForm[];
}

/** A layer's contents, checked against its diff ID. Nothing of it is stored yet. */
export interface UnpackedLayer {
  readonly diffId: Digest;
  readonly tree: Directory;
  /** Bytes that had to be unpacked for it. */
  readonly bytes: number;
}

/** A form of a layer as {@link LayerStore.addBlob} leaves it. */
export interface AddedBlob {
  readonly diffId: Digest;
  readonly digest: Digest;
  /** Not there before: to be taken back with {@link LayerStore.removeForm} if what it came with fails. */
  readonly isNew: boolean;
  /** Bytes that had to be unpacked for it. */
  readonly unpacked: number;
}

/**
 * Layers by diff ID. A layer made here is kept as its plain tar and compressed when a manifest first needs it: gzip of
 * a megabyte takes as long as a whole `docker commit` does. From then on the gzip is what is kept, so its digest stays.
 * One layer may have come under several blobs; those that manifests name are all kept.
 */
export class LayerStore {
  readonly #blobs: BlobStore;
  readonly #state: StateStore;
  readonly #unpackLimit: number;
  readonly #records = new Map<Digest, LayerRecord>();
  readonly #trees = new Map<Digest, Promise<Directory>>();
  readonly #merged = new MergedRoots((diffId) => this.tree(diffId));
  readonly #compressing = new Map<Digest, Promise<Descriptor>>();

  private constructor(blobs: BlobStore, state: StateStore, unpackLimit: number) {
    this.#blobs = blobs;
    this.#state = state;
    this.#unpackLimit = unpackLimit;
  }

  /** @param unpackLimit bytes that one layer may unpack to */
  static async open(
    blobs: BlobStore,
    state: StateStore,
    unpackLimit: number = DEFAULT_UNPACK_LIMIT,
  ): Promise<LayerStore> {
    const store = new LayerStore(blobs, state, unpackLimit);
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

  /** The layer that has a blob of this digest. */
  byBlob(digest: Digest): Digest | undefined {
    for (const { diffId, forms } of this.#records.values()) {
      if (forms.some((form) => form.digest === digest)) return diffId;
    }
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
    const tree = layerTarToTree(tar, { limit: this.#unpackLimit });
    await this.#store(diffId, tree, { digest: diffId, size: tar.length, compression: 'none' }, tar);
    return { diffId, bytes: countBytes(tree) };
  }

  /**
   * Unpacks a layer as a registry or archive has it, in any compression, without storing anything.
   * @param limit bytes that it may unpack to
   * @throws ImageError `corrupt` if it does not unpack to `diffId`, `too-large`; TarError
   */
  async unpack(bytes: Uint8Array, digest: Digest, diffId: Digest, limit = this.#unpackLimit): Promise<UnpackedLayer> {
    const what = `layer ${digest}`;
    const tar = await decompress(bytes, { limit: Math.min(limit, this.#unpackLimit), what });
    const actual = await sha256(tar);
    if (actual !== diffId) {
      throw new ImageError('corrupt', `${what} unpacks to ${actual}, its image says ${diffId}`);
    }
    return { diffId, tree: layerTarToTree(tar, { limit }), bytes: tar === bytes ? 0 : tar.length };
  }

  /**
   * Adds a layer's blob to the forms that are there.
   * @param unpacked what {@link unpack} has made of it, if that has been done
   * @throws as {@link unpack}; then nothing is stored
   */
  async addBlob(
    blob: { readonly bytes: Uint8Array; readonly digest: Digest; readonly unpacked?: UnpackedLayer | undefined },
    diffId: Digest,
    limit = this.#unpackLimit,
  ): Promise<AddedBlob> {
    const { bytes, digest } = blob;
    const record = this.#records.get(diffId);
    if (record?.forms.some((form) => form.digest === digest)) return { diffId, digest, isNew: false, unpacked: 0 };
    const ahead = blob.unpacked?.diffId === diffId ? blob.unpacked : undefined;
    const unpacked = ahead ?? (await this.unpack(bytes, digest, diffId, limit));
    if (unpacked.bytes > limit) throw tooLarge(`layer ${digest}`, limit);
    const form = { digest, size: bytes.length, compression: detectCompression(bytes) };
    await this.#store(diffId, record ? undefined : unpacked.tree, form, bytes);
    return { diffId, digest, isNew: true, unpacked: unpacked.bytes };
  }

  async #store(diffId: Digest, tree: Directory | undefined, form: LayerForm, bytes: Uint8Array): Promise<void> {
    const known = this.#records.get(diffId);
    await this.#blobs.put(form.digest, bytes);
    if (tree) this.#trees.set(diffId, Promise.resolve(tree));
    const size = known?.bytes ?? (tree ? countBytes(tree) : 0);
    await this.#put({ diffId, bytes: size, forms: [...(known?.forms ?? []), form] });
  }

  async #put(record: LayerRecord): Promise<void> {
    await this.#state.set(key(record.diffId), record);
    this.#records.set(record.diffId, record);
  }

  /** Says that a manifest names the layer by this blob, or that none does any more. */
  async setKept(diffId: Digest, digest: Digest, kept: boolean): Promise<void> {
    const record = this.#record(diffId);
    const forms = record.forms.map((form) =>
      form.digest === digest
        ? { digest, size: form.size, compression: form.compression, ...(kept ? { kept } : {}) }
        : form,
    );
    await this.#put({ ...record, forms });
  }

  /** Takes a blob back, and the layer with its last one. */
  async removeForm(diffId: Digest, digest: Digest): Promise<void> {
    const record = this.#records.get(diffId);
    const forms = record?.forms.filter((form) => form.digest !== digest) ?? [];
    if (!record || forms.length === record.forms.length) return;
    if (forms.length === 0) return this.delete(diffId);
    await this.#put({ ...record, forms });
    await this.#blobs.delete(digest);
  }

  /** Leaves, of the blobs that no manifest names, only one, and none where a manifest's can do its work. */
  async settle(diffId: Digest): Promise<void> {
    const record = this.#records.get(diffId);
    if (!record) return;
    const compressed = record.forms.find((form) => form.kept && isOfficial(form)) ?? record.forms.find(isOfficial);
    const needed = record.forms.filter((form) => form.kept || form === compressed);
    const forms = needed.length > 0 ? needed : record.forms.slice(0, 1);
    if (forms.length === record.forms.length) return;
    await this.#put({ ...record, forms });
    for (const { digest } of record.forms) {
      if (!forms.some((form) => form.digest === digest)) await this.#blobs.delete(digest);
    }
  }

  /** In overlay form; kept once read. @throws ImageError `not-found`, `corrupt` */
  tree(diffId: Digest): Promise<Directory> {
    let tree = this.#trees.get(diffId);
    if (!tree) {
      tree = this.tar(diffId).then((tar) => layerTarToTree(tar, { limit: this.#unpackLimit }));
      this.#trees.set(diffId, tree);
      // A failed read is no answer to keep.
      tree.catch(() => this.#trees.delete(diffId));
    }
    return tree;
  }

  /** Layers merged, bottom first. @throws ImageError `not-found`, `corrupt` */
  async merged(diffIds: readonly Digest[]): Promise<Directory> {
    const root = await this.#merged.get(diffIds);
    // One may have been deleted meanwhile.
    for (const diffId of diffIds) if (!this.#records.has(diffId)) this.#merged.forget(diffId);
    return root;
  }

  /** Uncompressed. @throws ImageError `not-found`, `corrupt` */
  async tar(diffId: Digest): Promise<Uint8Array> {
    const { forms } = this.#record(diffId);
    const form = forms.find(({ compression }) => compression === 'none') ?? forms[0];
    const bytes = form && (await this.#blobs.get(form.digest));
    // Compressed in the meantime: the plain tar is gone, its gzip is there.
    if (!bytes && this.#record(diffId).forms !== forms) return this.tar(diffId);
    if (!bytes) throw new ImageError('corrupt', `layer ${diffId}: blob ${form?.digest} is missing`);
    const tar = await decompress(bytes, { limit: this.#unpackLimit, what: `layer ${diffId}` });
    if ((await sha256(tar)) !== diffId) throw new ImageError('corrupt', `layer ${diffId}: stored blob is damaged`);
    return tar;
  }

  /** The layer as new manifests name it, compressed now if it has not been. @throws ImageError `not-found`, `corrupt` */
  compressed(diffId: Digest): Promise<Descriptor> {
    const form = this.#record(diffId).forms.find(isOfficial);
    if (form) return Promise.resolve(descriptorOf(form));
    let pending = this.#compressing.get(diffId);
    if (!pending) {
      pending = this.#compress(diffId).finally(() => this.#compressing.delete(diffId));
      this.#compressing.set(diffId, pending);
    }
    return pending;
  }

  async #compress(diffId: Digest): Promise<Descriptor> {
    const bytes = await gzip(await this.tar(diffId));
    const form: LayerForm = { digest: await sha256(bytes), size: bytes.length, compression: 'gzip' };
    await this.#store(diffId, undefined, form, bytes);
    await this.settle(diffId);
    return descriptorOf(form);
  }

  async delete(diffId: Digest): Promise<void> {
    await this.#compressing.get(diffId)?.catch(() => undefined);
    const record = this.#records.get(diffId);
    if (!record) return;
    this.#records.delete(diffId);
    this.#trees.delete(diffId);
    this.#merged.forget(diffId);
    await this.#state.delete(key(diffId));
    for (const { digest } of record.forms) await this.#blobs.delete(digest);
  }

  #record(diffId: Digest): LayerRecord {
    const record = this.#records.get(diffId);
    if (!record) throw new ImageError('not-found', `layer ${diffId} is not in the store`);
    return record;
  }
}

const OFFICIAL: Partial<Readonly<Record<Compression, string>>> = {
  gzip: MEDIA_TYPES.ociLayerGzip,
  zstd: MEDIA_TYPES.ociLayerZstd,
};

/** Compressed in a way that has a media type (OCI image-spec, layer.md). */
function isOfficial({ compression }: LayerForm): boolean {
  return OFFICIAL[compression] !== undefined;
}

function descriptorOf({ digest, size, compression }: LayerForm): Descriptor {
  return { mediaType: OFFICIAL[compression] ?? MEDIA_TYPES.ociLayer, digest, size };
}

function key(diffId: Digest): string {
  return `layers/${hexOf(diffId)}`;
}
