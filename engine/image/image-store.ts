import type { EventLog } from '../events/event-log.ts';
import type { Directory } from '../files/node.ts';
import type { BlobStore } from '../stores/blob-store.ts';
import type { StateStore } from '../stores/state-store.ts';
import { DEFAULT_UNPACK_LIMIT } from './compression.ts';
import { checkDepth } from './depth.ts';
import { chainId, type Digest, hexOf, isDigest, sha256 } from './digest.ts';
import { type Descriptor, encodeJson, type ImageConfig, parseImageConfig, parseManifest } from './documents.ts';
import { ImageError } from './errors.ts';
import { historyRows } from './history.ts';
import {
  type HistoryRow,
  type Image,
  type ImageDeleteItem,
  type ImageNames,
  type ImageUser,
  imageTime,
  type Layer,
  type StoredLayer,
} from './image.ts';
import { type AddedBlob, LayerStore, type UnpackedLayer } from './layer-store.ts';
import { ManifestStore, type StoredManifest } from './manifest-store.ts';
import { indexKey, type NameIndex, namesOf, referencesTo } from './name-index.ts';
import { canonicalName, familiarName, parseReference, type Reference } from './reference.ts';
import { planRemoval } from './removal.ts';

export interface ImageStoreOptions {
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly events: EventLog;
  /** Containers made from an image, for removal. Without it, none are. */
  readonly users?: (id: Digest) => readonly ImageUser[];
  /** Bytes that the layers of one pull or load may unpack to. Default: {@link DEFAULT_UNPACK_LIMIT}. */
  readonly unpackLimit?: number | undefined;
}

export interface CreateImage {
  /** `rootfs` is made from `layers`. */
  readonly config: Omit<ImageConfig, 'rootfs'> & { readonly rootfs?: ImageConfig['rootfs'] };
  /** Diff IDs, bottom first; all in the store. */
  readonly layers: readonly (Digest | StoredLayer)[];
  /** The image of the build step before. */
  readonly parent?: Digest;
}

/** A layer's blob as a registry or archive has it, in any compression. Its digest has been checked. */
export interface LayerBlob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  /** See {@link ImageStore.unpacker}. */
  readonly unpacked?: UnpackedLayer;
}

/** An image made elsewhere. */
export interface InstallImage {
  /** Kept byte for byte: its digest is the image's ID. */
  readonly configBytes: Uint8Array;
  /** What it was pulled or loaded with, byte for byte. */
  readonly manifestBytes?: Uint8Array | undefined;
  /** Bottom first, as many as the config has diff IDs; undefined for one that is in the store. */
  readonly layers: readonly (LayerBlob | undefined)[];
  /** Told before (`stored` false) and after each layer is unpacked. */
  readonly onLayer?: (index: number, stored: boolean) => void;
}

/** `images/HEX` in the state store; the config and manifest are blobs. */
interface ImageRecord {
  readonly id: Digest;
  readonly parent?: Digest;
  readonly manifests?: readonly Digest[];
}

/** See {@link ImageStore.lease}. */
export interface LayerLease {
  /** Layers that are in the store. */
  keep(diffIds: Iterable<Digest>): void;
  /** As {@link ImageStore.addLayer}, kept by the lease. */
  addLayer(tar: Uint8Array): Promise<StoredLayer>;
  /** What nothing else needs goes. */
  release(): Promise<void>;
}

const NAMES_KEY = 'image-names';
const RETAINED_KEY = 'image-retained';
const TAG_TIMES_KEY = 'image-tag-times';

/** Images, their layers and their names. Reads are answered from memory, writes reach the stores before they resolve. */
export class ImageStore {
  readonly #blobs: BlobStore;
  readonly #state: StateStore;
  readonly #events: EventLog;
  readonly #layers: LayerStore;
  readonly #manifests: ManifestStore;
  readonly #unpackLimit: number;
  readonly #images = new Map<Digest, Image>();
  #users: (id: Digest) => readonly ImageUser[];
  #names: NameIndex = new Map();
  #tagTimes: ReadonlyMap<Digest, string> = new Map();
  /** Layers that no image has yet: a commit is on its way to one. */
  readonly #pending = new Set<Digest>();
  readonly #leases = new Set<ReadonlySet<Digest>>();
  readonly #holders: (() => Iterable<Digest>)[] = [];
  /** Layers of images removed by force under a stopped container, by image. */
  #retained: ReadonlyMap<Digest, readonly Digest[]> = new Map();
  /** Writers wait for each other, so that what one has checked still holds when it stores. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: ImageStoreOptions, layers: LayerStore) {
    this.#blobs = options.blobs;
    this.#state = options.state;
    this.#events = options.events;
    this.#users = options.users ?? (() => []);
    this.#layers = layers;
    this.#manifests = new ManifestStore(options.blobs, layers);
    this.#unpackLimit = options.unpackLimit ?? DEFAULT_UNPACK_LIMIT;
  }

  /** Reads what earlier stores with the same `blobs` and `state` left. An image whose config or layers are lost is left out. */
  static async open(options: ImageStoreOptions): Promise<ImageStore> {
    const layers = await LayerStore.open(options.blobs, options.state, options.unpackLimit);
    const store = new ImageStore(options, layers);
    for (const key of await options.state.list('images/')) {
      const record = (await options.state.get(key)) as ImageRecord;
      const configBytes = await options.blobs.get(record.id);
      const isWhole =
        configBytes && parseImageConfig(configBytes).rootfs.diff_ids.every((diffId) => layers.get(diffId));
      if (!isWhole) continue;
      const manifests: Digest[] = [];
      for (const digest of record.manifests ?? []) if (await store.#manifests.reopen(digest)) manifests.push(digest);
      store.#images.set(record.id, await store.#toImage({ ...record, manifests }, configBytes));
    }
    const names = ((await options.state.get(NAMES_KEY)) ?? {}) as Record<string, Digest>;
    store.#names = new Map(Object.entries(names).filter(([, id]) => store.#images.has(id)));
    const tagTimes = ((await options.state.get(TAG_TIMES_KEY)) ?? {}) as Record<Digest, string>;
    store.#tagTimes = new Map(Object.entries(tagTimes) as [Digest, string][]);
    const retained = ((await options.state.get(RETAINED_KEY)) ?? {}) as Record<Digest, Digest[]>;
    store.#retained = new Map(Object.entries(retained) as [Digest, Digest[]][]);
    return store;
  }

  /** Set once the containers exist, as they need the images first. */
  setUsers(users: (id: Digest) => readonly ImageUser[]): void {
    this.#users = users;
  }

  // Layers

  /**
   * Stores a layer's uncompressed tar, or finds it. The layer is kept for the image to come; see {@link collectGarbage}.
   * The store keeps the bytes and shows views of them: nobody may write to them afterwards.
   * @throws TarError if it is no archive
   */
  addLayer(tar: Uint8Array): Promise<StoredLayer> {
    return this.#write(async () => this.#pend(await this.#layers.add(tar)));
  }

  #pend(layer: StoredLayer): StoredLayer {
    this.#pending.add(layer.diffId);
    return layer;
  }

  /** Somebody who needs layers whether or not images have them, as the build cache does. */
  addHolder(layers: () => Iterable<Digest>): void {
    this.#holders.push(layers);
  }

  /** Keeps layers that are worked with until the lease is released. */
  lease(): LayerLease {
    const kept = new Set<Digest>();
    this.#leases.add(kept);
    return {
      keep: (diffIds) => {
        for (const diffId of diffIds) kept.add(diffId);
      },
      addLayer: (tar) =>
        this.#write(async () => {
          const layer = await this.#layers.add(tar);
          kept.add(layer.diffId);
          return layer;
        }),
      release: async () => {
        this.#leases.delete(kept);
        await this.collectGarbage();
      },
    };
  }

  layer(diffId: Digest): StoredLayer | undefined {
    return this.#layers.get(diffId);
  }

  /** The layer that is stored as a blob of this digest. */
  layerOfBlob(digest: Digest): StoredLayer | undefined {
    const diffId = this.#layers.byBlob(digest);
    return diffId && this.#layers.get(diffId);
  }

  /** A layer in overlay form (see {@link layerTarToTree}); the same object each time. @throws ImageError */
  tree(diffId: Digest): Promise<Directory> {
    return this.#layers.tree(diffId);
  }

  /** A layer's uncompressed tar. @throws ImageError */
  layerTar(diffId: Digest): Promise<Uint8Array> {
    return this.#layers.tar(diffId);
  }

  /** All layers merged: what a container of the image starts from. @throws ImageError */
  rootfs(layers: readonly (Digest | StoredLayer)[]): Promise<Directory> {
    return this.#layers.merged(layers.map(diffIdOf));
  }

  // Images

  /** @throws ImageError `not-found` for a layer that is not in the store, `too-deep` */
  create(request: CreateImage): Promise<Image> {
    const { rootfs: _, history, ...config } = request.config;
    const document: ImageConfig = {
      ...config,
      rootfs: { type: 'layers', diff_ids: request.layers.map(diffIdOf) },
      ...(history ? { history } : {}),
    };
    return this.#write(async () => {
      checkDepth(request.layers.length);
      return this.#put(encodeJson(document), { parent: request.parent });
    });
  }

  /**
   * Gives a function that unpacks layers of one image before it is installed, while others are still on their way:
   * {@link install} is soon done then. One after the other, so that all together keep to the limit.
   * Its result rejects as {@link install} does.
   */
  unpacker(): (blob: LayerBlob, diffId: Digest) => Promise<LayerBlob> {
    let left = this.#unpackLimit;
    let last: Promise<unknown> = Promise.resolve();
    return (blob, diffId) => {
      const unpacking = last.then(async (): Promise<LayerBlob> => {
        const unpacked = await this.#layers.unpack(blob.bytes, blob.descriptor.digest, diffId, left);
        left -= unpacked.bytes;
        return { ...blob, unpacked };
      });
      last = unpacking.catch(() => undefined);
      return unpacking;
    };
  }

  /**
   * Stores an image made elsewhere, or nothing at all.
   * @throws ImageError `invalid` for a malformed config or a manifest of other layers, `corrupt` for a layer that is not
   *   what the config says, `too-large`, `too-deep`, `not-found` for a missing layer; TarError
   */
  async install(request: InstallImage): Promise<Image> {
    const [image] = await this.installAll([request]);
    if (!image) throw new ImageError('not-found', 'no image was given');
    return image;
  }

  /** Stores several, or nothing at all. @throws what {@link install} does */
  installAll(requests: readonly InstallImage[]): Promise<readonly Image[]> {
    return this.#write(async () => {
      const added: AddedBlob[] = [];
      try {
        // Everything that can be wrong with them comes first.
        for (const request of requests) await this.#addLayers(request, added);
        const images: Image[] = [];
        for (const { configBytes, manifestBytes } of requests) {
          images.push(await this.#put(configBytes, { manifestBytes }));
        }
        for (const { diffId } of added) await this.#layers.settle(diffId);
        return images;
      } catch (error) {
        for (const { diffId, digest, isNew } of added) if (isNew) await this.#layers.removeForm(diffId, digest);
        throw error;
      }
    });
  }

  async #addLayers(request: InstallImage, added: AddedBlob[]): Promise<void> {
    const { diff_ids: diffIds } = parseImageConfig(request.configBytes).rootfs;
    const manifest = request.manifestBytes && parseManifest(request.manifestBytes);
    const counts = [request.layers.length, ...(manifest ? [manifest.layers.length] : [])];
    const wrong = counts.find((count) => count !== diffIds.length);
    if (wrong !== undefined) {
      throw new ImageError(
        'invalid',
        `invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${wrong}`,
      );
    }
    checkDepth(diffIds.length);
    const id = await sha256(request.configBytes);
    if (manifest && manifest.config.digest !== id) {
      throw new ImageError('invalid', `invalid manifest: it is of the config ${manifest.config.digest}, not ${id}`);
    }
    for (const [index, diffId] of diffIds.entries()) {
      const blob = request.layers[index];
      if (!blob) {
        const named = manifest?.layers[index]?.digest;
        if (!this.#layers.get(diffId) || (named && this.#layers.byBlob(named) !== diffId)) {
          throw new ImageError('not-found', `layer ${named ?? diffId} is not in the store`);
        }
        continue;
      }
      const { digest } = blob.descriptor;
      if (manifest && manifest.layers[index]?.digest !== digest) {
        throw new ImageError(
          'invalid',
          `invalid manifest: layer ${index} is ${manifest.layers[index]?.digest}, not ${digest}`,
        );
      }
      request.onLayer?.(index, false);
      const left = this.#unpackLimit - added.reduce((sum, { unpacked }) => sum + unpacked, 0);
      const { bytes, unpacked } = blob;
      added.push(await this.#layers.addBlob({ bytes, digest, unpacked }, diffId, left));
      request.onLayer?.(index, true);
    }
  }

  async #put(
    configBytes: Uint8Array,
    extra: { readonly parent?: Digest | undefined; readonly manifestBytes?: Uint8Array | undefined },
  ): Promise<Image> {
    const id = await sha256(configBytes);
    const known = this.#images.get(id);
    const image = known ?? (await this.#toImage({ id }, configBytes));
    const diffIds = image.layers.map((layer) => layer.diffId);
    // What came first stays first: a parent or manifest is only ever added.
    const parent = known?.parent ?? (extra.parent === id ? undefined : extra.parent);
    const manifest = extra.manifestBytes && (await this.#manifests.keep(extra.manifestBytes, diffIds));
    const manifests = [...new Set([...(known?.manifests ?? []), ...(manifest ? [manifest] : [])])];
    if (!known || known.parent !== parent || known.manifests.length !== manifests.length) {
      const record: ImageRecord = { id, ...(parent ? { parent } : {}), manifests };
      await this.#blobs.put(id, configBytes);
      await this.#state.set(imageKey(id), record);
      this.#images.set(id, { ...image, ...(parent ? { parent } : {}), ...manifestsOf(manifests) });
    }
    for (const diffId of diffIds) this.#pending.delete(diffId);
    return this.#images.get(id) ?? image;
  }

  async #toImage(record: ImageRecord, configBytes: Uint8Array): Promise<Image> {
    const { id, parent, manifests = [] } = record;
    const config = parseImageConfig(configBytes);
    const layers: Layer[] = [];
    let chain: Digest | undefined;
    for (const diffId of config.rootfs.diff_ids) {
      const layer = this.#layers.get(diffId);
      if (!layer) throw new ImageError('not-found', `layer ${diffId} is not in the store`);
      chain = await chainId(chain, diffId);
      layers.push({ ...layer, chainId: chain });
    }
    return { id, ...(parent ? { parent } : {}), ...manifestsOf(manifests), config, configBytes, layers };
  }

  get(id: Digest): Image | undefined {
    return this.#images.get(id);
  }

  /**
   * By name, ID or start of an ID, with or without `sha256:`; a name goes first, as in Docker.
   * @throws ImageError `not-found`, also when several IDs start so; `invalid` for what is neither
   */
  find(nameOrIdPrefix: string): Image {
    const bare = nameOrIdPrefix.replace(/^sha256:/, '');
    const full: unknown = `sha256:${bare}`;
    if (isDigest(full)) {
      const image = this.#images.get(full);
      if (!image) throw new ImageError('not-found', `No such image: ${full}`);
      return image;
    }
    const reference = parseReference(nameOrIdPrefix);
    const named = this.#names.get(indexKey(reference));
    const image = named && this.#images.get(named);
    if (image) return image;
    const matches = /^[0-9a-f]+$/.test(bare) ? [...this.#images.keys()].filter((id) => hexOf(id).startsWith(bare)) : [];
    const [only] = matches;
    const found = matches.length === 1 && only ? this.#images.get(only) : undefined;
    if (!found) throw new ImageError('not-found', `No such image: ${familiarName(reference)}`);
    return found;
  }

  /** Newest first. Without `all`, steps on the way to other images are left out, as `docker images` does. */
  list(options: { readonly all?: boolean } = {}): readonly Image[] {
    const images = [...this.#images.values()];
    const parents = new Set(images.map((image) => image.parent));
    const named = new Set(this.#names.values());
    return images
      .filter((image) => options.all || named.has(image.id) || !parents.has(image.id))
      .sort((a, b) => imageTime(b) - imageTime(a));
  }

  children(id: Digest): readonly Image[] {
    return [...this.#images.values()].filter((image) => image.parent === id);
  }

  /** @throws ImageError `not-found` */
  history(nameOrId: string): readonly HistoryRow[] {
    const image = this.find(nameOrId);
    return historyRows(
      image,
      (id) => this.#images.get(id),
      (id) => this.names(id).tags,
    );
  }

  /**
   * The manifest it came with, the one of that digest, or one made now: that compresses layers which have not been. What
   * has been made is kept from then on.
   * @throws ImageError `not-found`, `corrupt`
   */
  async manifest(id: Digest, digest?: Digest): Promise<StoredManifest> {
    const image = this.find(id);
    const wanted = digest === undefined || image.manifests.includes(digest) ? (digest ?? image.manifest) : undefined;
    const kept = wanted && this.#manifests.get(wanted);
    if (kept) return kept;
    if (digest !== undefined)
      throw new ImageError('not-found', `manifest ${digest} of image ${id} is not in the store`);
    const bytes = await this.#manifests.make(image);
    return this.#write(async () => {
      // It may have been removed meanwhile, or have got another.
      const { manifest } = this.get(id)?.manifest
        ? this.find(id)
        : await this.#put(this.find(id).configBytes, { manifestBytes: bytes });
      const stored = manifest && this.#manifests.get(manifest);
      if (!stored) throw new ImageError('corrupt', `the manifest of image ${id} is missing`);
      return stored;
    });
  }

  /** A blob by digest: configs, layers as {@link manifest} names them, manifests that were pulled. */
  blob(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#blobs.get(digest);
  }

  // Names

  names(id: Digest): ImageNames {
    return namesOf(this.#names, id);
  }

  /** The image a full reference names, without looking at IDs. */
  resolve(reference: Reference): Image | undefined {
    const id = this.#names.get(indexKey(reference));
    return id && this.#images.get(id);
  }

  /**
   * Gives the image a name, taking it from the one that had it.
   * @param options.quiet no `tag` event: the name comes with a pull or load, which has its own
   * @throws ImageError `not-found`; `invalid` for a malformed name
   */
  tag(reference: string | Reference, id: Digest, options: { readonly quiet?: boolean } = {}): Promise<void> {
    return this.#write(async () => {
      const name = typeof reference === 'string' ? parseReference(reference) : reference;
      const image = this.find(id);
      await this.#setNames([...this.#names, [indexKey(name), id]]);
      if (options.quiet) return;
      await this.#setTagTimes([...this.#tagTimes, [id, new Date().toISOString()]]);
      this.#publish('tag', image, familiarName(name));
    });
  }

  /** When it was last given a name by somebody here, RFC 3339; undefined if it has not been. */
  lastTagged(id: Digest): string | undefined {
    return this.#tagTimes.get(id);
  }

  async #setTagTimes(entries: readonly (readonly [Digest, string])[]): Promise<void> {
    const times = new Map(entries);
    await this.#state.set(TAG_TIMES_KEY, Object.fromEntries(times));
    this.#tagTimes = times;
  }

  /** Takes a name away; the image stays. @throws ImageError `not-found` */
  untag(reference: string | Reference): Promise<void> {
    return this.#write(async () => {
      const name = typeof reference === 'string' ? parseReference(reference) : reference;
      const image = this.resolve(name);
      if (!image) throw new ImageError('not-found', `No such image: ${familiarName(name)}`);
      await this.#setNames([...this.#names].filter(([key]) => key !== indexKey(name)));
      this.#publish('untag', image, image.id);
    });
  }

  async #setNames(entries: readonly (readonly [string, Digest])[]): Promise<void> {
    const names = new Map(entries);
    await this.#state.set(NAMES_KEY, Object.fromEntries(names));
    this.#names = names;
  }

  // Removal

  /**
   * `docker rmi`: takes the name away, and the image and its nameless parents when no name is left.
   * `prune: false` (`--no-prune`) keeps the parents.
   * @throws ImageError `not-found`, `conflict` in Docker's words
   */
  remove(
    nameOrId: string,
    options: { readonly force?: boolean; readonly prune?: boolean } = {},
  ): Promise<readonly ImageDeleteItem[]> {
    return this.#write(async () => {
      const steps = planRemoval(
        {
          image: this.find(nameOrId),
          get: (id) => this.#images.get(id),
          references: (id) => referencesTo(this.#names, id),
          children: (id) => this.children(id).map((child) => child.id),
          users: this.#users,
        },
        nameOrId,
        { force: options.force ?? false, prune: options.prune ?? true },
      );
      const items: ImageDeleteItem[] = [];
      for (const step of steps) {
        const image = this.#images.get(step.id);
        if (!image) continue;
        if (step.kind === 'untag') {
          await this.#setNames([...this.#names].filter(([key]) => key !== canonicalName(step.reference)));
          items.push({ Untagged: familiarName(step.reference) });
          this.#publish('untag', image, image.id);
        } else {
          items.push({ Deleted: image.id });
          for (const chain of await this.#delete(image)) items.push({ Deleted: chain });
          // The image is gone, and with it its labels.
          this.#events.publish('image', 'delete', image.id, { name: image.id });
        }
      }
      return items;
    });
  }

  /** The chain IDs that no image has any more, topmost first. */
  async #delete(image: Image): Promise<readonly Digest[]> {
    // Names and the record go first: blobs without a record are only garbage, a record without blobs is a broken image.
    await this.#state.delete(imageKey(image.id));
    this.#images.delete(image.id);
    if (this.#tagTimes.has(image.id)) await this.#setTagTimes([...this.#tagTimes].filter(([id]) => id !== image.id));
    if (this.#users(image.id).length > 0) {
      const diffIds = image.layers.map((layer) => layer.diffId);
      await this.#setRetained([...this.#retained, [image.id, diffIds]]);
    }
    await this.#blobs.delete(image.id);
    const chains = new Set([...this.#images.values()].flatMap(({ layers }) => layers.map((layer) => layer.chainId)));
    const used = this.#usedLayers();
    const held = this.#heldLayers();
    const gone: Digest[] = [];
    for (const layer of [...image.layers].reverse()) {
      const isKept = this.#isRetained(layer.diffId) || held.has(layer.diffId);
      if (!chains.has(layer.chainId) && !isKept) gone.push(layer.chainId);
      if (!used.has(layer.diffId)) await this.#layers.delete(layer.diffId);
    }
    await this.#manifests.release(
      image.manifests,
      image.layers.map((layer) => layer.diffId),
    );
    return gone;
  }

  /** What is needed beside images. */
  #heldLayers(): Set<Digest> {
    const held = new Set(this.#pending);
    for (const kept of this.#leases) for (const diffId of kept) held.add(diffId);
    for (const layers of this.#holders) for (const diffId of layers()) held.add(diffId);
    return held;
  }

  #usedLayers(): ReadonlySet<Digest> {
    const used = this.#heldLayers();
    for (const image of this.#images.values()) for (const layer of image.layers) used.add(layer.diffId);
    for (const diffIds of this.#retained.values()) for (const diffId of diffIds) used.add(diffId);
    return used;
  }

  #isRetained(diffId: Digest): boolean {
    return [...this.#retained.values()].some((diffIds) => diffIds.includes(diffId));
  }

  async #setRetained(entries: readonly (readonly [Digest, readonly Digest[]])[]): Promise<void> {
    const retained = new Map(entries);
    await this.#state.set(RETAINED_KEY, Object.fromEntries(retained));
    this.#retained = retained;
  }

  /**
   * Deletes layers that no image, no container, no lease and no holder needs. To be called when a container is removed.
   * Gives the bytes of files that went.
   */
  collectGarbage(): Promise<number> {
    return this.#write(async () => {
      const stillUsed = [...this.#retained].filter(([id]) => this.#users(id).length > 0);
      if (stillUsed.length !== this.#retained.size) await this.#setRetained(stillUsed);
      const used = this.#usedLayers();
      let freed = 0;
      for (const diffId of this.#layers.diffIds()) {
        if (used.has(diffId)) continue;
        freed += this.#layers.get(diffId)?.bytes ?? 0;
        await this.#layers.delete(diffId);
      }
      return freed;
    });
  }

  // Events

  /** Says that an image came from a registry (`pull`) or went to one (`push`), or came from an archive. */
  announce(action: 'pull' | 'push' | 'load' | 'import', image: Image, name: string): void {
    if (action === 'pull' || action === 'push') {
      const reference = parseReference(name, { bare: true });
      const repository = familiarName({ domain: reference.domain, path: reference.path });
      this.#events.publish('image', action, familiarName(reference), {
        ...image.config.config?.Labels,
        name: repository,
      });
    } else {
      this.#publish(action, image, name);
    }
  }

  #publish(action: string, image: Image, name: string): void {
    this.#events.publish('image', action, image.id, { ...image.config.config?.Labels, name });
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

function diffIdOf(layer: Digest | StoredLayer): Digest {
  return typeof layer === 'string' ? layer : layer.diffId;
}

function manifestsOf(manifests: readonly Digest[]): Pick<Image, 'manifest' | 'manifests'> {
  const [manifest] = manifests;
  return { ...(manifest ? { manifest } : {}), manifests };
}

function imageKey(id: Digest): string {
  return `images/${hexOf(id)}`;
}
