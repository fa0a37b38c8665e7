import type { StageInstruction, Variables } from '../dockerfile/index.ts';
import type { ContainerConfig, History } from '../image/documents.ts';
import type { StepLayer } from './run-step.ts';

/** A history entry whose time is filled in when the image is written. */
export type PendingHistory = History;

/** What has been built of a stage so far. Each instruction gives the next one. */
export interface StageState {
  readonly config: ContainerConfig;
  readonly author: string | undefined;
  readonly layers: readonly StepLayer[];
  readonly history: readonly PendingHistory[];
  /** How many entries of the history came with the base image. */
  readonly inheritedHistory: number;
  /** ARGs declared so far, in order; undefined for one without a value. */
  readonly args: ReadonlyMap<string, string | undefined>;
  /**
   * What instructions and RUN steps see. Of an ENV and an ARG with the same name, the later one counts, as in BuildKit;
   * only ENV goes into the image.
   */
  readonly variables: Variables;
  /** Whether this stage itself has a CMD, which ENTRYPOINT then keeps. */
  readonly hasCmd: boolean;
  readonly trail: StepTrail;
}

/** What the build cache and its reasons know of the layers so far. */
export interface StepTrail {
  /** ID of the cache record of the topmost layer; undefined for a base image's. */
  readonly record: string | undefined;
  /**
   * What first makes these layers other ones than the last build's, as a reason names it (`[2/4] COPY . . above
   * changed`); undefined if they are the same.
   */
  readonly disturbance: string | undefined;
}

/** The variables that an instruction sees, by the names that reasons have for them. */
export function namedVariables({ args, variables }: StageState): Readonly<Record<string, string>> {
  const named = (name: string): string => `${args.has(name) ? 'build argument' : 'variable'} ${name}`;
  return Object.fromEntries([...variables].map(([name, value]) => [named(name), value]));
}

export function splitEnv(entry: string): [string, string] {
  const equals = entry.indexOf('=');
  return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

/** BuildKit's mark in the history of what it builds. */
export const HISTORY_COMMENT = 'buildkit.dockerfile.v0';

/** Adds a step that made no layer. */
export function withMetadata(
  state: StageState,
  change: Partial<Omit<StageState, 'history'>>,
  createdBy: string | undefined,
): StageState {
  const entry: PendingHistory = { created_by: createdBy ?? '', comment: HISTORY_COMMENT, empty_layer: true };
  return { ...state, ...change, history: createdBy === undefined ? state.history : [...state.history, entry] };
}

/** Adds a step that made a layer. */
export function withLayer(
  state: StageState,
  solved: { readonly layer: StepLayer; readonly created: string; readonly trail: StepTrail },
  createdBy: string,
  change: Partial<StageState> = {},
): StageState {
  const entry: PendingHistory = { created: solved.created, created_by: createdBy, comment: HISTORY_COMMENT };
  return {
    ...state,
    ...change,
    layers: [...state.layers, solved.layer],
    history: [...state.history, entry],
    trail: solved.trail,
  };
}

/** An instruction of one kind. */
export type InstructionOf<Kind extends StageInstruction['kind']> = Extract<StageInstruction, { kind: Kind }>;
