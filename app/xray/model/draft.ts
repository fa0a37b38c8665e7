import type { HistoryItem } from '../../../engine/api/types.ts';
import type { ContainerFact, ImageFact } from './facts.ts';
import type { BuiltStep, MetadataStep, PendingStep, Unfinished } from './picture.ts';
import type { MovingLayer } from './transfer.ts';

/** A layer, or the ground, of a picture that is being put together. */
export interface Draft {
  readonly key: string;
  readonly diffId: string;
  readonly depth: number;
  row: HistoryItem | undefined;
  built: BuiltStep | undefined;
  moving: MovingLayer | undefined;
  readonly images: ImageFact[];
  readonly containers: ContainerFact[];
  readonly layers: Map<string, Draft>;
  readonly metadata: Map<string, MetadataStep>;
  readonly unfinished: Unfinished[];
  readonly pending: PendingStep[];
}

const GROUND = 'ground';

export const emptyGround = (): Draft => draft(GROUND, '', 0);

/** The key of the layer that is on top of these, base first. */
export function layerKey(diffIds: readonly string[]): string {
  return [GROUND, ...diffIds.map(shortDiffId)].join('/');
}

const shortDiffId = (diffId: string): string => diffId.replace(/^sha256:/, '').slice(0, 12);

/** The layer with this diff ID on another, made if it is not there. */
export function layerOn(below: Draft, diffId: string): Draft {
  const known = below.layers.get(diffId);
  if (known) return known;
  const made = draft(`${below.key}/${shortDiffId(diffId)}`, diffId, below.depth + 1);
  below.layers.set(diffId, made);
  return made;
}

/** The layer on top of these, base first, if all of them are there; the ground for none. */
export function findLayer(ground: Draft, diffIds: readonly string[]): Draft | undefined {
  return diffIds.reduce<Draft | undefined>((below, diffId) => below?.layers.get(diffId), ground);
}

function draft(key: string, diffId: string, depth: number): Draft {
  return {
    key,
    diffId,
    depth,
    row: undefined,
    built: undefined,
    moving: undefined,
    images: [],
    containers: [],
    layers: new Map(),
    metadata: new Map(),
    unfinished: [],
    pending: [],
  };
}
