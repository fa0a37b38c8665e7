import type { Directory } from '../files/node.ts';
import type { Digest } from '../stores/blob-store.ts';

/** A layer under a step's root. */
export interface StepLayer {
  readonly diffId: Digest;
  readonly chainId: Digest;
}

/** How builds that run at the same time share a cache mount (Dockerfile reference, "RUN --mount=type=cache"). */
export type CacheSharing = 'shared' | 'private' | 'locked';

/** What `RUN --mount` puts into the step's root, over it and not into the layer it makes. */
export type StepMount =
  /** A tree to read; with `writable`, what is written is thrown away. */
  | { readonly type: 'bind'; readonly target: string; readonly tree: Directory; readonly writable: boolean }
  /** A directory kept between builds under `id`; made from `tree`, with its mode and owner, when it is new. */
  | {
      readonly type: 'cache';
      readonly target: string;
      readonly id: string;
      readonly tree: Directory;
      readonly sharing: CacheSharing;
      readonly readonly: boolean;
      /** What a list of caches says of it. */
      readonly description: string;
    }
  | { readonly type: 'tmpfs'; readonly target: string; readonly size: number | undefined }
  /** One file; with `writable`, what is written is thrown away. */
  | {
      readonly type: 'file';
      readonly target: string;
      readonly data: Uint8Array;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly writable?: boolean;
    };

/** What a build gives all its RUN steps: `docker build --add-host --shm-size --ulimit --memory ...`; 0 is no limit. */
export interface StepLimits {
  /** `name:address`. */
  readonly extraHosts: readonly string[];
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  /** Bytes of /dev/shm; 0 for the default. */
  readonly shmSize: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes of memory and swap together; -1 for no limit. */
  readonly memorySwap: number;
  readonly cpuShares: number;
  /** Microseconds, as the next. */
  readonly cpuPeriod: number;
  readonly cpuQuota: number;
}

/** One RUN: a process on top of layers. */
export interface RunStep {
  /** Bottom first; may be empty (`FROM scratch`). */
  readonly layers: readonly StepLayer[];
  readonly argv: readonly string[];
  /** `NAME=value`, complete: nothing is to be added but what every container gets. */
  readonly env: readonly string[];
  /** As USER says it: `name`, `uid`, `name:group`; empty for root. */
  readonly user: string;
  /** Absolute; made if it is missing. */
  readonly workingDir: string;
  readonly mounts: readonly StepMount[];
  readonly network: 'default' | 'none' | 'host';
  readonly limits?: StepLimits;
  /** Called before the process starts, with the ID (64 hex digits) of the container that it runs in. */
  onStart?(containerId: string): void;
  onOutput(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** When it fires, the process is killed and the promise rejects. */
  readonly signal: AbortSignal | undefined;
}

export interface RunStepResult {
  /** 0 to 255; 128 + n for a process that signal n ended. */
  readonly exitCode: number;
  /**
   * What the step changed, as an OCI layer (uncompressed tar with `.wh.` entries), without the mount points that the
   * runtime makes. Only looked at when the exit code is 0.
   */
  readonly layerTar: Uint8Array;
}

/**
 * Runs a step and forgets its container, whether it ends well or not.
 * A program that cannot be started rejects with StartError; the layer of a step that failed is not kept.
 */
export type RunStepExecutor = (step: RunStep) => Promise<RunStepResult>;

/** A directory that `RUN --mount=type=cache` keeps. */
export interface CacheMountRecord {
  /** 64 hex digits. */
  readonly id: string;
  readonly description: string;
  /** RFC 3339. */
  readonly created: string;
  readonly lastUsed: string;
  readonly usageCount: number;
  /** Bytes of files in it. */
  readonly bytes: number;
  /** A step that runs has it mounted. */
  readonly inUse: boolean;
}

/** The cache mounts there are, for counting and pruning. */
export interface CacheMountStore {
  list(): readonly CacheMountRecord[];
  /** Nothing happens to one that is in use. */
  delete(id: string): void;
}
