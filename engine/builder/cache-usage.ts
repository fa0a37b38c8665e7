import type { ImageStore } from '../image/image-store.ts';
import type { BuildCache } from './cache.ts';
import type { CacheMountStore } from './run-step.ts';

/** One thing that the build cache keeps, as `docker system df -v` lists it. */
export interface CacheUsage {
  /** 64 hex digits. */
  readonly id: string;
  /** BuildKit's names: a step's layer, or what a RUN --mount=type=cache has. */
  readonly type: 'regular' | 'exec.cachemount';
  readonly description: string;
  /** IDs of what it stands on. */
  readonly parents: readonly string[];
  /** RFC 3339. */
  readonly created: string;
  readonly lastUsed: string;
  readonly usageCount: number;
  /** Bytes of files. */
  readonly bytes: number;
  /** A build that runs uses it. */
  readonly inUse: boolean;
  /** An image has the layer too, so that it takes no room of its own. */
  readonly shared: boolean;
}

export interface PruneOptions {
  /** Also what images share. */
  readonly all?: boolean;
  /** Only what these all say yes to. */
  readonly matches?: readonly ((usage: CacheUsage) => boolean)[];
  /** Bytes that may stay: those used last. */
  readonly keepBytes?: number;
}

export interface Pruned {
  readonly ids: readonly string[];
  /** What was freed. */
  readonly bytes: number;
}

/** Lists and prunes all that builds keep for the next ones: steps and cache mounts. */
export class CacheKeeper {
  readonly #cache: BuildCache;
  readonly #mounts: CacheMountStore;
  readonly #images: ImageStore;

  constructor(cache: BuildCache, mounts: CacheMountStore, images: ImageStore) {
    this.#cache = cache;
    this.#mounts = mounts;
    this.#images = images;
  }

  /** Those used last first. */
  list(): readonly CacheUsage[] {
    const inImages = new Set(
      this.#images.list({ all: true }).flatMap(({ layers }) => layers.map(({ diffId }) => diffId)),
    );
    const steps = this.#cache.list().map((record): CacheUsage => {
      const { diffId, parent, ...rest } = record;
      const shared = inImages.has(diffId);
      const inUse = this.#cache.isUsed(record.id);
      return { ...rest, type: 'regular', parents: parent === undefined ? [] : [parent], inUse, shared };
    });
    const mounts = this.#mounts
      .list()
      .map((mount): CacheUsage => ({ ...mount, type: 'exec.cachemount', parents: [], shared: false }));
    return [...steps, ...mounts].sort((a, b) => (a.lastUsed < b.lastUsed ? 1 : -1));
  }

  /** Removes what is not in use. As in BuildKit, nothing goes while something that stands on it stays. */
  async prune({ all = false, matches = [], keepBytes = 0 }: PruneOptions = {}): Promise<Pruned> {
    const left = new Map(this.list().map((usage) => [usage.id, usage]));
    const children = new Map<string, number>();
    for (const { parents } of left.values()) {
      for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
    }
    const own = (): number => [...left.values()].reduce((sum, { shared, bytes }) => sum + (shared ? 0 : bytes), 0);
    const removable = (usage: CacheUsage): boolean =>
      !usage.inUse && (all || !usage.shared) && !children.get(usage.id) && matches.every((match) => match(usage));
    const gone: CacheUsage[] = [];
    while (keepBytes === 0 || own() > keepBytes) {
      const next = [...left.values()].findLast(removable);
      if (!next) break;
      left.delete(next.id);
      for (const parent of next.parents) children.set(parent, (children.get(parent) ?? 1) - 1);
      gone.push(next);
    }
    await this.#cache.delete(gone.filter(({ type }) => type === 'regular').map(({ id }) => id));
    const mounts = gone.filter(({ type }) => type === 'exec.cachemount');
    for (const { id } of mounts) this.#mounts.delete(id);
    const layers = await this.#images.collectGarbage();
    return { ids: gone.map(({ id }) => id), bytes: mounts.reduce((sum, { bytes }) => sum + bytes, layers) };
  }
}
