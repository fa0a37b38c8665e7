import type { Directory } from '../files/node.ts';
import { checkDepth } from '../image/depth.ts';
import { chainId } from '../image/digest.ts';
import type { ImageStore, LayerLease } from '../image/image-store.ts';
import { emptyRoot } from '../image/layer.ts';
import type { BuildCache, CacheRecord } from './cache.ts';
import { type Clock, rfc3339 } from './clock.ts';
import { throwIfCanceled } from './errors.ts';
import { explainMiss, ownChange, stepName } from './reason.ts';
import type { VertexReporter } from './reporter.ts';
import type { StepLayer } from './run-step.ts';
import type { StageMemory } from './stage-memory.ts';
import type { StageState, StepTrail } from './stage-state.ts';
import { cacheKey, type StepInputs } from './step-inputs.ts';

/** What makes and finds layers in one build. */
export interface LayerSolver {
  readonly images: ImageStore;
  readonly cache: BuildCache;
  /** Keeps the layers of this build while it runs. */
  readonly lease: LayerLease;
  readonly now: Clock;
  readonly signal: AbortSignal | undefined;
  /** Seconds: what every time in a layer is to be, if that is asked for. */
  readonly sourceDateEpoch: number | undefined;
  /** Told each record that the build takes or makes. */
  onRecord(id: string): void;
}

export interface LayerStep {
  readonly memory: StageMemory;
  /** Place among the stage's instructions that make layers, from 0. */
  readonly index: number;
  /** The vertex name without `[2/3]`. */
  readonly description: string;
  readonly inputs: StepInputs;
  /** The variables that it sees, named as in {@link StepInputs.settings}. */
  readonly variables: Readonly<Record<string, string>>;
  /** The option that forbids the cache, as `--no-cache`. */
  readonly noCache: string | undefined;
  /** Makes the layer: an uncompressed tar. */
  make(): Promise<Uint8Array>;
}

export interface SolvedLayer {
  readonly layer: StepLayer;
  /** RFC 3339: when the layer was made, perhaps in an earlier build. */
  readonly created: string;
  readonly cached: boolean;
  readonly trail: StepTrail;
}

/**
 * Takes a step's layer from the cache, or makes and keeps it. Nothing is kept of a step that fails.
 * The vertex is started and completed; an error is left to the caller to complete it with.
 * @throws ImageError `too-deep`; what `make` does
 */
export async function solveLayer(
  solver: LayerSolver,
  { layers: below, trail }: StageState,
  step: LayerStep,
  vertex: VertexReporter,
): Promise<SolvedLayer> {
  const { cache, signal } = solver;
  throwIfCanceled(signal);
  checkDepth(below.length + 1);
  const inputs = withEpoch(step.inputs, solver.sourceDateEpoch);
  const key = await cacheKey(inputs);
  const { current, relation } = await step.memory.begin(step.index, { key, inputs, variables: step.variables });
  const { record, cached } = await cache.obtain(key, { fresh: step.noCache !== undefined, signal }, () => {
    // A layer that stands on nothing (COPY --link) does not care what is below it.
    const disturbance = inputs.parent === '' ? undefined : trail.disturbance;
    vertex.start({ reason: explainMiss({ relation, current, disturbance }, step.noCache) });
    return make(solver, step, key, trail.record);
  });
  throwIfCanceled(signal);
  vertex.start();
  solver.onRecord(key);
  if (cached) {
    solver.lease.keep([record.diffId]);
    await cache.put({ ...record, lastUsed: rfc3339(solver.now()), usageCount: record.usageCount + 1 });
  }
  vertex.complete({ ...(cached && { cached }), layer: record.diffId, bytes: record.bytes });
  step.memory.done(step.index);
  const layer = await onTopOf(below, record.diffId);
  const change = relation && ownChange(relation, current);
  const told = cached ? change && 'changed' : 'was run again';
  const disturbance = trail.disturbance ?? (told && `${stepName(vertex.name)} above ${told}`);
  return { layer, created: record.created, cached, trail: { record: key, disturbance } };
}

/** Times that are part of what a step makes decide it, too. */
function withEpoch(inputs: StepInputs, epoch: number | undefined): StepInputs {
  if (epoch === undefined) return inputs;
  return { ...inputs, settings: { ...inputs.settings, SOURCE_DATE_EPOCH: String(epoch) } };
}

async function make(
  { lease, now, signal }: LayerSolver,
  { description, make: work }: LayerStep,
  id: string,
  parent: string | undefined,
): Promise<CacheRecord> {
  const tar = await work();
  throwIfCanceled(signal);
  const { diffId, bytes } = await lease.addLayer(tar);
  const created = rfc3339(now());
  const record = { id, diffId, description, created, lastUsed: created, usageCount: 1, bytes };
  return parent === undefined ? record : { ...record, parent };
}

async function onTopOf(below: readonly StepLayer[], diffId: StepLayer['diffId']): Promise<StepLayer> {
  return { diffId, chainId: await chainId(below.at(-1)?.chainId, diffId) };
}

/** What is in a root of these layers. */
export async function rootOf(images: ImageStore, layers: readonly StepLayer[]): Promise<Directory> {
  return layers.length === 0 ? emptyRoot() : images.rootfs(layers.map(({ diffId }) => diffId));
}
