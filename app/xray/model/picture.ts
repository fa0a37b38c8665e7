import type { HistoryItem } from '../../../engine/api/types.ts';
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
  readonly images: ImageFact[];
  readonly containers: ContainerFact[];
  readonly layers: Map<string, Draft>;
  readonly metadata: Map<string, MetadataStep>;
}

/** Puts what the engine holds on top of each other. Containers of images that are not among the facts are left out. */
export function buildPicture({ images, containers }: Facts): Picture {
  const ground = draft('ground', '', 0, undefined);
  const tops = new Map<string, Draft>();
  for (const image of images) {
    const steps = mapHistory(image.layers, image.history);
    addMetadata(ground, steps.before);
    let top = ground;
    for (const { diffId, row, metadata } of steps.layers) {
      const key = `${top.key}/${diffId.replace(/^sha256:/, '').slice(0, 12)}`;
      const next: Draft = top.layers.get(diffId) ?? draft(key, diffId, top.depth + 1, row);
      top.layers.set(diffId, next);
      // The one who built it knows the instruction; who loaded it may not.
      next.row ??= row;
      addMetadata(next, metadata);
      top = next;
    }
    top.images.push(image);
    tops.set(image.id, top);
  }
  for (const container of containers) tops.get(container.imageId)?.containers.push(container);
  return stand(ground);
}

function draft(key: string, diffId: string, depth: number, row: HistoryItem | undefined): Draft {
  return { key, diffId, depth, row, images: [], containers: [], layers: new Map(), metadata: new Map() };
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
  };
}

function layer(from: Draft): Layer {
  return {
    ...stand(from),
    key: from.key,
    diffId: from.diffId,
    depth: from.depth,
    instruction: from.row ? instructionOf(from.row) : 'layer',
    size: from.row?.Size,
    row: from.row,
  };
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
