import type { Directory } from '../files/node.ts';
import { chainId } from '../image/digest.ts';
import type { ImageStore } from '../image/image-store.ts';
import { emptyRoot } from '../image/layer.ts';
import { type BuildCache, cacheKey, type LastInputs, type StepInputs } from './cache.ts';
import { type Clock, rfc3339 } from './clock.ts';
import { throwIfCanceled } from './errors.ts';
import { explainMiss } from './reason.ts';
import type { VertexReporter } from './reporter.ts';
import type { StepLayer } from './run-step.ts';

/** What makes and finds layers in one build. */
export interface LayerSolver {
  readonly images: ImageStore;
  readonly cache: BuildCache;
  readonly lastInputs: LastInputs;
  readonly now: Clock;
  readonly signal: AbortSignal | undefined;
}

export interface LayerStep {
  /** Stage and number in it: finds the same step of the build before. */
  readonly position: string;
  /** The vertex name without `[2/3]`. */
  readonly description: string;
  readonly inputs: StepInputs;
  readonly noCache: boolean;
  /** Makes the layer: an uncompressed tar. */
  make(): Promise<Uint8Array>;
}

export interface SolvedLayer {
  readonly layer: StepLayer;
  /** RFC 3339: when the layer was made, perhaps in an earlier build. */
  readonly created: string;
  readonly cached: boolean;
}

/**
 * Takes a step's layer from the cache, or makes and keeps it. Nothing is kept of a step that fails.
 * The vertex is started and completed; an error is left to the caller to complete it with.
 */
export async function solveLayer(
  solver: LayerSolver,
  below: readonly StepLayer[],
  step: LayerStep,
  vertex: VertexReporter,
): Promise<SolvedLayer> {
  const { images, cache, lastInputs } = solver;
  throwIfCanceled(solver.signal);
  const key = await cacheKey(step.inputs);
  const found = step.noCache ? undefined : await cache.find(key);
  const previous = lastInputs.previous(step.position);
  lastInputs.record(step.position, step.inputs);
  const time = rfc3339(solver.now());
  if (found) {
    vertex.start();
    await cache.put({ ...found, lastUsed: time, usageCount: found.usageCount + 1 });
    vertex.complete({ cached: true, layer: found.diffId, bytes: found.bytes });
    const layer = await onTopOf(below, found.diffId);
    return { layer, created: found.created, cached: true };
  }
  vertex.start({ reason: explainMiss(previous, step.inputs, step.noCache) });
  const tar = await step.make();
  throwIfCanceled(solver.signal);
  const { diffId, bytes } = await images.addLayer(tar);
  const created = rfc3339(solver.now());
  const { description } = step;
  await cache.put({ id: key, diffId, description, created, lastUsed: created, usageCount: 1, bytes });
  vertex.complete({ layer: diffId, bytes });
  return { layer: await onTopOf(below, diffId), created, cached: false };
}

async function onTopOf(below: readonly StepLayer[], diffId: StepLayer['diffId']): Promise<StepLayer> {
  return { diffId, chainId: await chainId(below.at(-1)?.chainId, diffId) };
}

/** What is in a root of these layers. */
export async function rootOf(images: ImageStore, layers: readonly StepLayer[]): Promise<Directory> {
  return layers.length === 0 ? emptyRoot() : images.rootfs(layers.map(({ diffId }) => diffId));
}
