import type { HistoryItem } from '../../../engine/api/types.ts';
import { type Activity, addBuild, addTransfer } from './activity.ts';
import type { StepFact } from './build.ts';
import { type Draft, emptyGround, layerOn } from './draft.ts';
import type { ContainerFact, Facts, ImageFact } from './facts.ts';
import { instructionOf } from './instruction.ts';
import { mapHistory } from './steps.ts';
import type { MovingLayer } from './transfer.ts';

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
  /** What ends here and is no image: stages of the newest build, and what is being pulled. */
  readonly unfinished: readonly Unfinished[];
  /** Steps of the newest build that would stand here: one is under way, or has failed. */
  readonly pending: readonly PendingStep[];
}

/** What is no image: not yet, or, if it is a stage that others only take files from, never. */
export interface Unfinished {
  readonly key: string;
  readonly kind: 'stage' | 'pull';
  readonly name: string;
  /** Why it is none, in a few words. */
  readonly note: string;
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
  /** How far the newest pull or push has moved it. */
  readonly moving: MovingLayer | undefined;
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

/**
 * Puts what the engine holds on top of each other. Containers of images that are not among the facts are left out.
 * @param activity the newest build and transfer, whose stages and layers stand among the images until they are one
 */
export function buildPicture({ images, containers }: Facts, { build, transfer }: Partial<Activity> = {}): Picture {
  const ground = emptyGround();
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
  if (build) addBuild(ground, build);
  if (transfer) addTransfer(ground, transfer);
  return stand(ground);
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
    unfinished: from.unfinished,
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
    instruction: from.built?.step.text ?? (from.row ? instructionOf(from.row) : (from.moving?.id ?? 'layer')),
    size: from.row?.Size ?? from.built?.step.bytes ?? from.moving?.size,
    row: from.row,
    built: from.built,
    moving: from.moving,
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
