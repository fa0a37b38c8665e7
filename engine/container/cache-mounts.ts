import type { CacheMountRecord, CacheMountStore, CacheSharing } from '../builder/run-step.ts';
import type { MemoryFileSystem } from '../files/memory-file-system.ts';
import type { Directory } from '../files/node.ts';
import { countBytes } from '../files/tree.ts';
import { type Clock, rfc3339Nano } from './clock.ts';
import { randomId } from './ids.ts';
import { VOLUMES_DIRECTORY } from './volumes/directory.ts';

/** In the volumes' file system, by a name that no volume can have. */
const FOLDER = '/.build-cache';

export interface CacheMountRequest {
  readonly id: string;
  /** What a new directory begins with, its own mode and owner included. */
  readonly tree: Directory;
  readonly sharing: CacheSharing;
  readonly description: string;
  /** When it fires while the mount is waited for, the promise rejects with its reason. */
  readonly signal: AbortSignal | undefined;
}

/** A cache mount that is held until it is released. */
export interface HeldCacheMount {
  /** The directory in the guest. */
  readonly path: string;
  release(): void;
}

interface Kept {
  readonly id: string;
  /** The mount's own `id`. Several directories have the same one when steps did not want to share. */
  readonly name: string;
  /** Never given again: the guest caches what it knows of a name. */
  readonly path: string;
  readonly description: string;
  readonly created: string;
  lastUsed: string;
  usageCount: number;
  holders: number;
  sharing: CacheSharing;
}

/**
 * The directories of `RUN --mount=type=cache`, kept between builds on the volumes' file system, which outlives a
 * restart of the guest.
 */
export class CacheMounts implements CacheMountStore {
  readonly #volumes: MemoryFileSystem;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #waiting = new Set<() => void>();
  #count = 0;

  constructor(volumes: MemoryFileSystem, clock: Clock) {
    this.#volumes = volumes;
    this.#clock = clock;
    volumes.mkdir(FOLDER, 0o700);
  }

  /**
   * Finds or makes the directory. `shared` joins others that share it, `private` takes one that nobody has, `locked`
   * waits for it.
   */
  async acquire(request: CacheMountRequest): Promise<HeldCacheMount> {
    for (;;) {
      request.signal?.throwIfAborted();
      const kept = this.#find(request);
      if (kept !== 'busy') return this.#hold(kept ?? this.#make(request), request.sharing);
      await this.#released(request.signal);
    }
  }

  #find({ id, sharing }: CacheMountRequest): Kept | 'busy' | undefined {
    const all = [...this.#kept.values()].filter(({ name }) => name === id);
    const shared = (kept: Kept): boolean => sharing === 'shared' && kept.sharing === 'shared';
    const found = all.find((kept) => kept.holders === 0 || shared(kept));
    if (found) return found;
    return sharing === 'locked' && all.length > 0 ? 'busy' : undefined;
  }

  #make({ id: name, tree, description }: CacheMountRequest): Kept {
    const path = `${FOLDER}/${++this.#count}`;
    this.#volumes.mkdir(path);
    this.#volumes.replaceWith(tree, path);
    const created = rfc3339Nano(this.#clock());
    const id = randomId();
    const kept: Kept = {
      id,
      name,
      path,
      description,
      created,
      lastUsed: created,
      usageCount: 0,
      holders: 0,
      sharing: 'shared',
    };
    this.#kept.set(id, kept);
    return kept;
  }

  #hold(kept: Kept, sharing: CacheSharing): HeldCacheMount {
    kept.holders++;
    kept.usageCount++;
    kept.sharing = sharing;
    kept.lastUsed = rfc3339Nano(this.#clock());
    let released = false;
    return {
      path: VOLUMES_DIRECTORY + kept.path,
      release: () => {
        if (released) return;
        released = true;
        kept.holders--;
        for (const wake of [...this.#waiting]) wake();
      },
    };
  }

  #released(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  list(): readonly CacheMountRecord[] {
    return [...this.#kept.values()].map(({ id, path, description, created, lastUsed, usageCount, holders }) => ({
      id,
      description,
      created,
      lastUsed,
      usageCount,
      bytes: countBytes(this.#volumes.toTree(path)),
      inUse: holders > 0,
    }));
  }

  delete(id: string): void {
    const kept = this.#kept.get(id);
    if (!kept || kept.holders > 0) return;
    this.#kept.delete(id);
    this.#volumes.remove(kept.path);
  }
}
