import type { ImageStore } from '../image/image-store.ts';
import type { StateStore } from '../stores/state-store.ts';
import { build } from './build.ts';
import { BuildCache } from './cache.ts';
import { CacheKeeper } from './cache-usage.ts';
import { type Inspection, inspectBuild } from './check.ts';
import { DownloadRecords } from './download-records.ts';
import { BuildHistory } from './history.ts';
import type { SolveStatus } from './progress.ts';
import type { BuildEnvironment, BuildRequest, BuildResult } from './request.ts';
import type { CacheMountStore } from './run-step.ts';

export interface BuildServiceOptions
  extends Pick<BuildEnvironment, 'pullImage' | 'runStep' | 'now' | 'fetch' | 'unpackLimit'> {
  readonly images: ImageStore;
  readonly state: StateStore;
  readonly mounts: CacheMountStore;
  /** Bytes that the cache may take, beside what images share with it, until what was used longest ago goes. */
  readonly cacheLimit: number;
}

/** The builds of one engine, and what they keep for each other. */
export class BuildService {
  readonly cache: CacheKeeper;
  readonly #options: BuildServiceOptions;
  readonly #records: BuildCache;
  readonly #history: BuildHistory;
  readonly #downloads: DownloadRecords;

  private constructor(options: BuildServiceOptions, records: BuildCache) {
    this.#options = options;
    this.#records = records;
    this.#history = new BuildHistory(options.state);
    this.#downloads = new DownloadRecords(options.state);
    this.cache = new CacheKeeper(records, options.mounts, options.images);
  }

  static async open(options: BuildServiceOptions): Promise<BuildService> {
    return new BuildService(options, await BuildCache.open(options.state, options.images));
  }

  /** See {@link inspectBuild}. */
  inspect(request: BuildRequest, emit: (status: SolveStatus) => void): Promise<Inspection> {
    const { images, now } = this.#options;
    return inspectBuild(request, { images, now, emit });
  }

  /** See {@link build}. */
  async build(request: BuildRequest, emit: (status: SolveStatus) => void): Promise<BuildResult> {
    const { cacheLimit, state: _, mounts: __, ...environment } = this.#options;
    const kept = { cache: this.#records, history: this.#history, downloads: this.#downloads };
    try {
      return await build(request, { ...environment, ...kept, emit });
    } finally {
      await this.cache.prune({ keepBytes: cacheLimit });
    }
  }
}
