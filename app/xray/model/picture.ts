import type { HistoryItem } from '../../../engine/api/types.ts';
import type { BuildFact, StageFact, StepFact } from './build.ts';
import type { ContainerFact, Facts, ImageFact } from './facts.ts';
import { instructionOf } from './instruction.ts';
import { mapHistory } from './steps.ts';

/** What stands on a layer, or on the ground. */
export interface Stand {
  /** Images whose top is here, oldest first. */
  readonly images: readonly ImageFact[];
  /** Containers whose image's top is here, oldest first. */
  readonly containers: readonly ContainerFact[];
  /** Layers that build on it, in the order in which images brought them. */
  readonly layers: readonly Layer[];
  /** Steps above it that only changed settings, oldest first, each text once. */
  readonly metadata: readonly MetadataStep[];
  /** Stages of the newest build whose end is here and is no image. */
  readonly stages: readonly StageTop[];
  /** Steps of the newest build that would stand here: one is under way, or has failed. */
  readonly pending: readonly PendingStep[];
}

/** How far a stage has come that is no image: not yet, or never, as other stages only take files from it. */
export interface StageTop {
  readonly key: string;
  readonly name: string;
  readonly target: boolean;
}

export interface PendingStep {
  readonly key: string;
  readonly step: StepFact;
}

/** A layer in its place: the same files upon other layers are another one. Layers are shared by chain of diff IDs. */
export interface Layer extends Stand {
  /** Unique in the picture; made of the diff IDs from the base up. */
  readonly key: string;
  readonly diffId: string;
  /** Counted from 1 at the base. */
  readonly depth: number;
  readonly instruction: string;
  /** Bytes it adds; undefined where the engine does not say. */
  readonly size: number | undefined;
  readonly row: HistoryItem | undefined;
  /** What the newest build did for it. */
  readonly built: BuiltStep | undefined;
}

export interface BuiltStep {
  /** The build's number, by which the same news is told from older ones. */
  readonly build: number;
  readonly step: StepFact;
}

export interface MetadataStep {
  readonly key: string;
  readonly instruction: string;
}

/** The ground is what images of no layers (`FROM scratch` and settings) stand on. */
export type Picture = Stand;

interface Draft {
  readonly key: string;
  readonly diffId: string;
  readonly depth: number;
  row: HistoryItem | undefined;
  built: BuiltStep | undefined;
  readonly images: ImageFact[];
  readonly containers: ContainerFact[];
  readonly layers: Map<string, Draft>;
  readonly metadata: Map<string, MetadataStep>;
  readonly stages: StageTop[];
  readonly pending: PendingStep[];
}

/**
 * Puts what the engine holds on top of each other. Containers of images that are not among the facts are left out.
 * @param build the newest build, whose stages stand among the images until they are one
 */
export function buildPicture({ images, containers }: Facts, build: BuildFact | null = null): Picture {
  const ground = draft('ground', '', 0);
  const tops = new Map<string, Draft>();
  for (const image of images) {
    const steps = mapHistory(image.layers, image.history);
    addMetadata(ground, steps.before);
    let top = ground;
    for (const { diffId, row, metadata } of steps.layers) {
      const next = layerOn(top, diffId);
      // The one who built it knows the instruction; who loaded it may not.
      next.row ??= row;
      addMetadata(next, metadata);
      top = next;
    }
    top.images.push(image);
    tops.set(image.id, top);
  }
  for (const container of containers) tops.get(container.imageId)?.containers.push(container);
  for (const stage of build?.stages ?? []) if (build && stage.needed) addStage(ground, stage, build);
  return stand(ground);
}

/** The key of the layer that is on top of these, base first. */
export function layerKey(diffIds: readonly string[]): string {
  return ['ground', ...diffIds.map(shortDiffId)].join('/');
}

const shortDiffId = (diffId: string): string => diffId.replace(/^sha256:/, '').slice(0, 12);

function layerOn(below: Draft, diffId: string): Draft {
  const known = below.layers.get(diffId);
  if (known) return known;
  const made = draft(`${below.key}/${shortDiffId(diffId)}`, diffId, below.depth + 1);
  below.layers.set(diffId, made);
  return made;
}

function draft(key: string, diffId: string, depth: number): Draft {
  return {
    key,
    diffId,
    depth,
    row: undefined,
    built: undefined,
    images: [],
    containers: [],
    layers: new Map(),
    metadata: new Map(),
    stages: [],
    pending: [],
  };
}

/** A stage that is no image stands by itself; of one that has become an image, the steps are told on its layers. */
function addStage(ground: Draft, { name, target, steps, layers }: StageFact, { id, outcome }: BuildFact): void {
  if (layers && !(target && outcome.kind === 'done')) {
    layers.reduce(layerOn, ground).stages.push({ key: `stage ${name}`, name, target });
  }
  for (const step of steps) {
    const own = step.makesLayer && step.layers ? find(ground, step.layers) : undefined;
    if (own) own.built = { build: id, step };
    // A FROM that is under way is a pull, and settings take no time.
    if (step.state === 'failed' || (step.state === 'running' && step.makesLayer)) {
      find(ground, layers ?? [])?.pending.push({ key: `step ${step.number}`, step });
    }
  }
}

function find(ground: Draft, diffIds: readonly string[]): Draft | undefined {
  return diffIds.reduce<Draft | undefined>((below, diffId) => below?.layers.get(diffId), ground);
}

function addMetadata(to: Draft, rows: readonly HistoryItem[]): void {
  for (const row of rows) {
    const instruction = instructionOf(row);
    if (!to.metadata.has(instruction)) {
      to.metadata.set(instruction, { key: `${to.key}#${to.metadata.size}`, instruction });
    }
  }
}

function stand(from: Draft): Stand {
  return {
    images: from.images,
    containers: from.containers,
    layers: [...from.layers.values()].map(layer),
    metadata: [...from.metadata.values()],
    stages: from.stages,
    pending: from.pending,
  };
}

function layer(from: Draft): Layer {
  return {
    ...stand(from),
    key: from.key,
    diffId: from.diffId,
    depth: from.depth,
    // As the learner wrote it, where that is known: a history leaves some of it out.
    instruction: from.built?.step.text ?? (from.row ? instructionOf(from.row) : 'layer'),
    size: from.row?.Size ?? from.built?.step.bytes,
    row: from.row,
    built: from.built,
  };
}

/** Whether there is nothing to draw. */
export function isEmpty({ images, containers, layers, pending }: Picture): boolean {
  return images.length + containers.length + layers.length + pending.length === 0;
}

/** Every layer of the picture, bases first. */
export function allLayers(stand: Stand): readonly Layer[] {
  return stand.layers.flatMap((layer) => [layer, ...allLayers(layer)]);
}

/** How many layers two images share, counted from the base. */
export function sharedLayers(a: ImageFact, b: ImageFact): number {
  const differing = a.layers.findIndex((diffId, index) => diffId !== b.layers[index]);
  return differing === -1 ? a.layers.length : differing;
}

/** Which of the eight tints a layer has: by its digest, so it is the same wherever the layer appears. */
export function tintOf(diffId: string): number {
  return Number.parseInt(diffId.replace(/^sha256:/, '').slice(0, 2), 16) % 8 || 0;
}
