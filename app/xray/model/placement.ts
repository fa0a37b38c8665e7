import { countChanges, leafChanges, MAX_CHIPS } from './changes.ts';
import type { Change, ContainerFact, ImageFact } from './facts.ts';
import type { Layer, MetadataStep, PendingStep, Picture, Stand, Unfinished } from './picture.ts';

/** Measures of the picture in CSS pixels. */
export const MEASURES = {
  /** The narrowest that a layer may be; where there is less room, the picture scrolls. */
  unit: 92,
  /** The narrowest that a cap may be. */
  cap: 104,
  gap: 4,
  bar: 34,
  hairline: 6,
  /** What a flag's pole takes from the layer that it is planted on. */
  lane: 8,
  /** A flag's cloth, with the space below it. */
  flag: 25,
  /** The pole of a flag with nothing beside it. */
  pole: 8,
  capHead: 46,
  chip: 22,
  capFoot: 6,
} as const;

interface Box {
  readonly key: string;
  readonly x: number;
  /** Distance of the lower edge from the ground: the picture grows upwards. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LayerBox extends Box {
  readonly kind: 'layer';
  readonly layer: Layer;
}
export interface HairlineBox extends Box {
  readonly kind: 'hairline';
  readonly step: MetadataStep;
  readonly owner: string;
}
/** A flag's box is its cloth; the pole goes down from it to the layer. Each name of an image has one: a name can move. */
export interface FlagBox extends Box {
  readonly kind: 'flag';
  readonly image: ImageFact;
  /** `name:tag`, or null for an image without one. */
  readonly name: string | null;
  /** Whether it is the topmost of its image's flags. */
  readonly topmost: boolean;
  /** Height of the pole below the cloth. */
  readonly pole: number;
}
/** As a flag, of what is no image. */
export interface UnfinishedBox extends Box {
  readonly kind: 'unfinished';
  readonly what: Unfinished;
  readonly pole: number;
}
export interface PendingBox extends Box {
  readonly kind: 'pending';
  readonly step: PendingStep['step'];
}
export interface CapBox extends Box {
  readonly kind: 'cap';
  readonly container: ContainerFact;
  /** Files to show, none if there are too many. */
  readonly chips: readonly Change[];
  /** All leaf changes. */
  readonly changes: readonly Change[];
}

export type PictureBox = LayerBox | HairlineBox | FlagBox | UnfinishedBox | PendingBox | CapBox;

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PictureBox[];
}

/**
 * Places everything: like a flame graph on its feet, the width of a layer split among what stands on it. A flag flies
 * above all that stands on its layer, from a pole at the layer's left end, so that it costs next to no width.
 */
export function layOut(picture: Picture, available: number): Layout {
  const boxes: PictureBox[] = [];
  const width = Math.max(available, minimumWidth(picture));
  const height = placeStand(picture, 'ground', { x: 0, y: 0, width }, boxes);
  return { width, height, boxes };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** @returns the top of what was placed, from the ground. */
function placeStand(stand: Stand, owner: string, place: Place, boxes: PictureBox[]): number {
  let y = place.y;
  for (const step of stand.metadata) {
    boxes.push({ kind: 'hairline', key: step.key, step, owner, ...place, y, height: MEASURES.hairline });
    y += MEASURES.hairline;
  }
  const lane = laneOf(stand);
  const top = placeOccupants(stand, { x: place.x + lane, y, width: place.width - lane }, boxes);
  return placeFlags(stand, { ...place, y }, Math.max(top, y), boxes);
}

function placeOccupants(stand: Stand, place: Place, boxes: PictureBox[]): number {
  const occupants = [
    ...stand.containers.map((container) => ({
      weight: MEASURES.cap,
      put: (at: Place) => {
        const box = capBox(container, at);
        boxes.push(box);
        return box.y + box.height;
      },
    })),
    ...stand.layers.map((layer) => ({
      weight: minimumWidth(layer),
      put: (at: Place) => placeLayer(layer, at, boxes),
    })),
    ...stand.pending.map(({ key, step }) => ({
      weight: MEASURES.unit,
      put: (at: Place) => {
        boxes.push({ kind: 'pending', key, step, ...at, height: MEASURES.bar });
        return at.y + MEASURES.bar;
      },
    })),
  ];
  const gaps = MEASURES.gap * Math.max(0, occupants.length - 1);
  const scale = (place.width - gaps) / occupants.reduce((sum, { weight }) => sum + weight, 0);
  let top = place.y;
  let x = place.x;
  for (const { weight, put } of occupants) {
    const width = weight * scale;
    top = Math.max(top, put({ x, y: place.y, width }));
    x += width + MEASURES.gap;
  }
  return top;
}

/** From `top` upwards, the newest image's highest, and those of what is no image above them. */
function placeFlags(stand: Stand, place: Place, top: number, boxes: PictureBox[]): number {
  let y = laneOf(stand) > 0 ? top + MEASURES.pole : top;
  const plant = () => {
    const at = { ...place, y, height: MEASURES.flag, pole: y - place.y };
    y += MEASURES.flag;
    return at;
  };
  for (const image of stand.images) {
    const names = image.tags.length > 0 ? image.tags : [null];
    for (const name of names) {
      const key = name ?? image.id;
      boxes.push({ kind: 'flag', key, image, name, topmost: name === names.at(-1), ...plant() });
    }
  }
  for (const what of stand.unfinished) boxes.push({ kind: 'unfinished', key: what.key, what, ...plant() });
  return y;
}

/** What the poles of its flags take at its left. */
function laneOf({ images, unfinished }: Stand): number {
  return images.length + unfinished.length > 0 ? MEASURES.lane : 0;
}

function placeLayer(layer: Layer, place: Place, boxes: PictureBox[]): number {
  boxes.push({ kind: 'layer', key: layer.key, layer, ...place, height: MEASURES.bar });
  return placeStand(layer, layer.key, { ...place, y: place.y + MEASURES.bar }, boxes);
}

function capBox(container: ContainerFact, place: Place): CapBox {
  const changes = leafChanges(container.changes);
  const chips = changes.length > MAX_CHIPS ? [] : changes;
  const counters = Object.values(countChanges(changes)).filter((count) => count > 0).length;
  const rows = chips.length > 0 ? chips.length : counters;
  const height = MEASURES.capHead + rows * MEASURES.chip + (rows > 0 ? MEASURES.capFoot : 0);
  return { kind: 'cap', key: container.id, container, chips, changes, ...place, height };
}

function minimumWidth(stand: Stand): number {
  const widths = [
    ...stand.containers.map(() => MEASURES.cap),
    ...stand.pending.map(() => MEASURES.unit),
    ...stand.layers.map(minimumWidth),
  ];
  const lane = laneOf(stand);
  const sum = widths.reduce((total, width) => total + width, 0) + MEASURES.gap * Math.max(0, widths.length - 1);
  return Math.max(MEASURES.unit, lane + sum);
}
