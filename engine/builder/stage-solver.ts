import type { Stage, StageInstruction } from '../dockerfile/index.ts';
import type { Directory } from '../files/node.ts';
import type { Digest } from '../stores/blob-store.ts';
import type { LayerSolver } from './layer-step.ts';
import type { InstructionContext } from './metadata.ts';
import type { VertexReporter } from './reporter.ts';
import type { BuildEnvironment, BuildRequest } from './request.ts';
import type { StageMemory } from './stage-memory.ts';
import type { StageState } from './stage-state.ts';

/** What carrying out an instruction of a stage that makes a layer needs. */
export interface StepContext {
  readonly request: BuildRequest;
  readonly environment: BuildEnvironment;
  readonly solver: LayerSolver;
  readonly instructions: InstructionContext;
  readonly stage: Stage;
  /** The option that forbids the cache, as `--no-cache`. */
  readonly noCache: string | undefined;
  /** What the stage was the last time, and the instruction's place among those that make layers. */
  readonly memory: StageMemory;
  readonly index: number;
  /** The vertex name without `[2/3]`. */
  readonly description: string;
  readonly vertex: VertexReporter;
  /** Files of the build context. */
  buildContext(): Promise<Directory>;
  /** Files of a stage or image. */
  filesOf(from: { readonly value: string; readonly range: StageInstruction['range'] }): Promise<Directory>;
  /** Told the container in which a RUN runs. */
  onContainer(id: string): void;
}

/** What a layer step gives. */
export interface StepResult {
  readonly state: StageState;
  readonly cached: boolean;
}

/** Seconds since the epoch for what a build makes. */
export function buildTime(context: StepContext): number {
  return context.environment.sourceDateEpoch ?? Math.floor(context.solver.now() / 1e6);
}

export type ParentChain = Digest | '';

/** What a step stands on, in its cache key. */
export function parentOf(state: StageState): ParentChain {
  return state.layers.at(-1)?.chainId ?? '';
}
