import type { BuildErrorCode } from '../../builder/errors.ts';
import type { SolveStatus } from '../../builder/progress.ts';

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
