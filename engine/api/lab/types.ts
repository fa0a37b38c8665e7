import type { BuildErrorCode } from '../../builder/errors.ts';
import type { SolveStatus } from '../../builder/progress.ts';
import type { TransferKind, TransferLayer } from '../../registry/transfer.ts';

/** One line of `GET /_drydock/builds`. `build` numbers the builds of an engine from 1. */
export type BuildEvent =
  | { readonly build: number; readonly begin: BuildBegin }
  | { readonly build: number; readonly progress: BuildProgress }
  | { readonly build: number; readonly end: BuildEnd };

export interface BuildBegin {
  /** As `docker build -t` was given them. */
  readonly tags: readonly string[];
}

/** What the builder tells of its steps, without what they print. */
export interface BuildProgress extends Pick<SolveStatus, 'plan' | 'vertexes' | 'instructions'> {
  /** The end of what a step's process printed, once the step has failed. */
  readonly output?: { readonly vertex: string; readonly text: string };
}

export type BuildEnd =
  /** Empty if no image was asked for. */
  | { readonly imageId: string }
  | {
      readonly failure: {
        readonly code: BuildErrorCode;
        /** As BuildKit words it. */
        readonly message: string;
        /** 1-based first and last line of the Dockerfile that it is about. */
        readonly lines?: readonly [number, number];
      };
    };

/** One line of `GET /_drydock/transfers`. `transfer` numbers the pulls and pushes of an engine from 1. */
export type TransferEvent =
  | { readonly transfer: number; readonly begin: { readonly kind: TransferKind; readonly name: string } }
  /** Of one image, base first; comes again for the next tag of `--all-tags`. Not at all if there is nothing to do. */
  | { readonly transfer: number; readonly layers: readonly TransferLayer[] }
  | { readonly transfer: number; readonly layer: TransferStep }
  | { readonly transfer: number; readonly end: { readonly failure?: string } };

export interface TransferStep {
  /** As in {@link TransferLayer}; or a tag, for the first line of a pull. */
  readonly id: string;
  /** Docker's words: `Downloading`, `Already exists`, `Pushed`. */
  readonly status: string;
  /** Bytes so far and in all, where they are counted. */
  readonly current?: number;
  readonly total?: number;
}
