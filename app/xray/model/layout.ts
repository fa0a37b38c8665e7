import { countChanges, leafChanges, MAX_CHIPS } from './changes.ts';
import type { Change, ContainerFact, ImageFact } from './facts.ts';
import type { Layer, MetadataStep, Picture, Stand } from './picture.ts';

/** Measures of the picture in CSS pixels. */
export const MEASURES = {
  /** The narrowest that a flag or cap may be; below it the picture scrolls. */
  unit: 96,
  gap: 4,
  bar: 34,
  hairline: 6,
  flag: 24,
  /** The pole below the lowest flag, with the short ID beside it. */
  pole: 22,
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
export interface FlagBox extends Box {
  readonly kind: 'flag';
  readonly image: ImageFact;
}
export interface CapBox extends Box {
  readonly kind: 'cap';
  readonly container: ContainerFact;
  /** Files to show, none if there are too many. */
  readonly chips: readonly Change[];
  /** All leaf changes. */
  readonly changes: readonly Change[];
}

export type PictureBox = LayerBox | HairlineBox | FlagBox | CapBox;

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PictureBox[];
}

/** Places everything: like a flame graph on its feet, the width of a layer split among what stands on it. */
export function layOut(picture: Picture, available: number): Layout {
  const boxes: PictureBox[] = [];
  const width = Math.max(available, minimumWidth(picture));
  placeStand(picture, 'ground', { x: 0, y: 0, width }, boxes);
  return { width, height: boxes.reduce((top, box) => Math.max(top, box.y + box.height), 0), boxes };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function placeStand(stand: Stand, owner: string, place: Place, boxes: PictureBox[]): void {
  let y = place.y;
  for (const step of stand.metadata) {
    boxes.push({ kind: 'hairline', key: step.key, step, owner, ...place, y, height: MEASURES.hairline });
    y += MEASURES.hairline;
  }
  const occupants = [
    ...stand.images.map((image) => ({ weight: MEASURES.unit, put: (at: Place) => boxes.push(flagBox(image, at)) })),
    ...stand.containers.map((container) => ({
      weight: MEASURES.unit,
      put: (at: Place) => boxes.push(capBox(container, at)),
    })),
    ...stand.layers.map((layer) => ({
      weight: minimumWidth(layer),
      put: (at: Place) => placeLayer(layer, at, boxes),
    })),
  ];
  const gaps = MEASURES.gap * Math.max(0, occupants.length - 1);
  const scale = (place.width - gaps) / occupants.reduce((sum, { weight }) => sum + weight, 0);
  let x = place.x;
  for (const { weight, put } of occupants) {
    const width = weight * scale;
    put({ x, y, width });
    x += width + MEASURES.gap;
  }
}

function placeLayer(layer: Layer, place: Place, boxes: PictureBox[]): void {
  boxes.push({ kind: 'layer', key: layer.key, layer, ...place, height: MEASURES.bar });
  placeStand(layer, layer.key, { ...place, y: place.y + MEASURES.bar }, boxes);
}

function flagBox(image: ImageFact, place: Place): FlagBox {
  const height = MEASURES.pole + MEASURES.flag * Math.max(1, image.tags.length);
  return { kind: 'flag', key: image.id, image, ...place, height };
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
    ...stand.images.map(() => MEASURES.unit),
    ...stand.containers.map(() => MEASURES.unit),
    ...stand.layers.map(minimumWidth),
  ];
  const sum = widths.reduce((total, width) => total + width, 0) + MEASURES.gap * Math.max(0, widths.length - 1);
  return Math.max(MEASURES.unit, sum);
}
