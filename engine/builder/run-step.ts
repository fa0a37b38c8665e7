import type { Directory } from '../files/node.ts';
import type { Digest } from '../stores/blob-store.ts';

/** A layer under a step's root. */
export interface StepLayer {
  readonly diffId: Digest;
  readonly chainId: Digest;
}

/** What `RUN --mount` puts into the step's root, over it and not into the layer it makes. */
export type StepMount =
  /** A tree to read; with `writable`, what is written is thrown away. */
  | { readonly type: 'bind'; readonly target: string; readonly tree: Directory; readonly writable: boolean }
  /** A directory kept between builds under `id`; made from `tree` when it is new. */
  | {
      readonly type: 'cache';
      readonly target: string;
      readonly id: string;
      readonly tree: Directory;
      readonly sharing: 'shared' | 'private' | 'locked';
      readonly readonly: boolean;
    }
  | { readonly type: 'tmpfs'; readonly target: string; readonly size: number | undefined }
  /** One file. */
  | {
      readonly type: 'file';
      readonly target: string;
      readonly data: Uint8Array;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

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
