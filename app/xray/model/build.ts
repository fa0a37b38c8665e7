import type { BuildEvent, BuildProgress } from '../../../engine/api/lab/types.ts';
import type { StagePlan, Vertex } from '../../../engine/builder/progress.ts';

/** The newest build of the engine, as far as it has come; immutable. */
export interface BuildFact {
  /** Counted by the engine. */
  readonly id: number;
  /** As `docker build -t` was given them. */
  readonly tags: readonly string[];
  /** Null until it has been read, and for good if it could not be. */
  readonly dockerfile: { readonly name: string; readonly text: string } | null;
  readonly stages: readonly StageFact[];
  readonly outcome: BuildOutcome;
}

export type BuildOutcome =
  | { readonly kind: 'running' }
  /** The ID is empty if no image was asked for, but files. */
  | { readonly kind: 'done'; readonly imageId: string }
  | { readonly kind: 'canceled' }
  | { readonly kind: 'failed'; readonly message: string; readonly lines: readonly [number, number] | undefined };

export interface StageFact {
  readonly name: string;
  /** What it builds on: an image's name in full, another stage's name, or `scratch`. */
  readonly base: string;
  readonly needed: boolean;
  readonly target: boolean;
  /** Diff IDs up to the last step that is done, base first; null until its base is there. */
  readonly layers: readonly string[] | null;
  /** FROM is the first. */
  readonly steps: readonly StepFact[];
}

export interface StepFact {
  /** Its place among all instructions of the Dockerfile, from 1. */
  readonly number: number;
  /** As written, on one line. */
  readonly text: string;
  readonly lines: readonly [number, number];
  readonly makesLayer: boolean;
  /** `waiting` at the end of a build: it never came to it. */
  readonly state: 'waiting' | 'running' | 'done' | 'cached' | 'failed';
  /** Why it was not taken from the cache. */
  readonly reason: string | undefined;
  /** Once done: diff IDs of the stage's layers with its own, base first. */
  readonly layers: readonly string[] | undefined;
  /** Bytes of files in its layer. */
  readonly bytes: number | undefined;
  /** Once done or failed. */
  readonly seconds: number | undefined;
  /** How the output of a failed one ended. */
  readonly output: string | undefined;
}

/** The build after one more event. Events of a build before it, or of one that has ended, change nothing. */
export function applyBuildEvent(build: BuildFact | null, event: BuildEvent): BuildFact | null {
  if (build && (event.build < build.id || (event.build === build.id && build.outcome.kind !== 'running'))) return build;
  if ('begin' in event) {
    return { id: event.build, tags: event.begin.tags, dockerfile: null, stages: [], outcome: { kind: 'running' } };
  }
  if (build?.id !== event.build) return build;
  if ('progress' in event) return withProgress(build, event.progress);
  return ended(build, event.end);
}

function withProgress(build: BuildFact, { plan, vertexes, instructions, output }: BuildProgress): BuildFact {
  let next = plan ? { ...build, dockerfile: plan.dockerfile, stages: plan.stages.map(plannedStage) } : build;
  for (const vertex of vertexes ?? []) {
    const text = output?.vertex === vertex.digest ? output.text : undefined;
    next = mapSteps(next, (step) => (isOf(vertex, step) ? { ...step, ...vertexNews(vertex, text) } : step));
  }
  for (const { number, completed, cached, layers } of instructions ?? []) {
    const state = !completed ? 'running' : cached ? 'cached' : 'done';
    next = mapSteps(next, (step) => (step.number === number ? { ...step, state, layers } : step));
  }
  return next;
}

function plannedStage({ name, base, needed, target, instructions }: StagePlan): StageFact {
  const steps = instructions.map((instruction) => ({
    ...instruction,
    state: 'waiting' as const,
    reason: undefined,
    layers: undefined,
    bytes: undefined,
    seconds: undefined,
    output: undefined,
  }));
  return { name, base, needed, target, layers: null, steps };
}

/** What ONBUILD adds has the lines of FROM, which has no vertex with lines of its own. */
function isOf({ lines }: Vertex, step: StepFact): boolean {
  return step.makesLayer && lines?.[0] === step.lines[0];
}

function vertexNews({ reason, bytes, started, completed }: Vertex, output: string | undefined): Partial<StepFact> {
  const seconds = started && completed ? (Date.parse(completed) - Date.parse(started)) / 1000 : undefined;
  return { reason, bytes, seconds, ...(output !== undefined && { output }) };
}

function ended(build: BuildFact, end: Extract<BuildEvent, { end: unknown }>['end']): BuildFact {
  if ('imageId' in end) return { ...build, outcome: { kind: 'done', imageId: end.imageId } };
  const { code, message, lines } = end.failure;
  const canceled = code === 'canceled';
  // Steps of other stages were only stopped by the one that failed.
  const stopped = mapSteps(build, (step) => {
    if (step.state !== 'running') return step;
    return { ...step, state: !canceled && step.lines[0] === lines?.[0] ? 'failed' : 'waiting' };
  });
  return { ...stopped, outcome: canceled ? { kind: 'canceled' } : { kind: 'failed', message, lines } };
}

function mapSteps(build: BuildFact, change: (step: StepFact) => StepFact): BuildFact {
  const stages = build.stages.map((stage) => {
    const steps = stage.steps.map(change);
    return { ...stage, steps, layers: steps.findLast(({ layers }) => layers)?.layers ?? null };
  });
  return { ...build, stages };
}

export interface BuildCounts {
  readonly cached: number;
  readonly built: number;
}

/** Of the steps that make layers. */
export function countSteps({ stages }: BuildFact): BuildCounts {
  const steps = stages.flatMap((stage) => stage.steps).filter(({ makesLayer }) => makesLayer);
  const of = (state: StepFact['state']) => steps.filter((step) => step.state === state).length;
  return { cached: of('cached'), built: of('done') };
}

/** The step that stopped the build, if one did. */
export function failedStep({ stages }: BuildFact): StepFact | undefined {
  return stages.flatMap(({ steps }) => steps).find(({ state }) => state === 'failed');
}

/** Whether the build has come to an image of the store. */
export function hasImage({ outcome }: BuildFact): boolean {
  return outcome.kind === 'done' && outcome.imageId !== '';
}

/** How people call the build: by its first tag, as `docker images` will show it. */
export function buildName({ tags }: Pick<BuildFact, 'tags'>): string {
  const [tag] = tags;
  if (tag === undefined) return 'the Dockerfile';
  return /:[^/]*$|@/.test(tag) ? tag : `${tag}:latest`;
}
