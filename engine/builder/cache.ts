import type { ImageStore } from '../image/image-store.ts';
import type { Digest } from '../stores/blob-store.ts';
import type { StateStore } from '../stores/state-store.ts';
import { throwIfCanceled } from './errors.ts';

/** `build-cache/ID` in the state store: a step that was run, and the layer that it made. */
export interface CacheRecord {
  /** The step's key: 64 hex digits. */
  readonly id: string;
  readonly diffId: Digest;
  /** The step's vertex name, without `[2/3]`. */
  readonly description: string;
  /** ID of the record of the step below, unless that is a base image. */
  readonly parent?: string;
  /** RFC 3339. */
  readonly created: string;
  readonly lastUsed: string;
  readonly usageCount: number;
  /** Bytes of files in the layer. */
  readonly bytes: number;
}

const RECORDS = 'build-cache/';

/**
 * Steps that were run, by what decided them. Their layers stay in the image store as long as the records do, whatever
 * becomes of the images that were made from them.
 */
export class BuildCache {
  readonly #state: StateStore;
  readonly #images: ImageStore;
  readonly #records: Map<string, CacheRecord>;
  /** Settled, never rejected, when a record that is being made is there or will not be. */
  readonly #making = new Map<string, Promise<void>>();
  /** How many running builds use a record. */
  readonly #users = new Map<string, number>();

  private constructor(state: StateStore, images: ImageStore, records: Iterable<CacheRecord>) {
    this.#state = state;
    this.#images = images;
    this.#records = new Map(Array.from(records, (record) => [record.id, record]));
  }

  /** Reads what earlier caches with the same stores left. Records whose layers are lost are left out. */
  static async open(state: StateStore, images: ImageStore): Promise<BuildCache> {
    const records: CacheRecord[] = [];
    for (const key of await state.list(RECORDS)) {
      const record = (await state.get(key)) as CacheRecord;
      if (images.layer(record.diffId)) records.push(record);
    }
    const cache = new BuildCache(state, images, records);
    images.addHolder(() => cache.layers());
    return cache;
  }

  /** Diff IDs of the layers that are kept. */
  layers(): readonly Digest[] {
    return [...this.#records.values()].map(({ diffId }) => diffId);
  }

  /**
   * A record that is there, or the one that `make` makes. What is being made already, by this build or another, is
   * waited for.
   * @param options.fresh made in any case
   */
  async obtain(
    id: string,
    options: { readonly fresh: boolean; readonly signal: AbortSignal | undefined },
    make: () => Promise<CacheRecord>,
  ): Promise<{ readonly record: CacheRecord; readonly cached: boolean }> {
    for (;;) {
      const found = options.fresh ? undefined : this.#find(id);
      if (found) return { record: found, cached: true };
      const making = options.fresh ? undefined : this.#making.get(id);
      if (!making) break;
      await settledOrAborted(making, options.signal);
      throwIfCanceled(options.signal);
    }
    const work = make().then(async (record) => {
      await this.put(record);
      return record;
    });
    const settled = work.then(ignore, ignore);
    this.#making.set(id, settled);
    try {
      return { record: await work, cached: false };
    } finally {
      if (this.#making.get(id) === settled) this.#making.delete(id);
    }
  }

  #find(id: string): CacheRecord | undefined {
    const record = this.#records.get(id);
    return record && this.#images.layer(record.diffId) ? record : undefined;
  }

  /** Keeps a record, in the place of one with the same ID. */
  async put(record: CacheRecord): Promise<void> {
    this.#records.set(record.id, record);
    await this.#state.set(RECORDS + record.id, record);
  }

  /** All records, those used last first. */
  list(): readonly CacheRecord[] {
    return [...this.#records.values()].sort((a, b) => (a.lastUsed < b.lastUsed ? 1 : -1));
  }

  /** Forgets records; call {@link ImageStore.collectGarbage} when done. */
  async delete(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#records.delete(id);
      await this.#state.delete(RECORDS + id);
    }
  }

  /** Says that a running build uses a record, until the function it gives is called. */
  use(id: string): () => void {
    this.#users.set(id, (this.#users.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#users.get(id) ?? 1) - 1;
      if (left > 0) this.#users.set(id, left);
      else this.#users.delete(id);
    };
  }

  isUsed(id: string): boolean {
    return this.#users.has(id);
  }
}

const ignore = (): void => {};

async function settledOrAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  let stop = ignore;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
  });
  signal?.addEventListener('abort', stop);
  await Promise.race([work, aborted]);
  signal?.removeEventListener('abort', stop);
}
