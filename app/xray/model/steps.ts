import type { HistoryItem } from '../../../engine/api/types.ts';
import { instructionOf, isMetadata } from './instruction.ts';

/** A layer of one image with the row of its history that made it, if one can be told. */
export interface LayerStep {
  readonly diffId: string;
  /** Undefined where the history says less than there are layers. */
  readonly row: HistoryItem | undefined;
  /** Rows after it, up to the next layer, that only changed settings; oldest first. */
  readonly metadata: readonly HistoryItem[];
}

export interface ImageSteps {
  /** Settings changed before the first layer. */
  readonly before: readonly HistoryItem[];
  readonly layers: readonly LayerStep[];
}

/**
 * Which row made which layer. The API does not say: `/history` gives a size to each row, and an empty layer has 0 like
 * a step without one. Rows with a size have a layer, rows that can only change settings have none; of the rest
 * (WORKDIR, RUN, COPY of nothing) as many are taken as layers are still missing, the likeliest first.
 */
export function mapHistory(layers: readonly string[], history: readonly HistoryItem[]): ImageSteps {
  const chosen = rowsWithLayers(layers.length, history);
  const before: HistoryItem[] = [];
  const steps: { diffId: string; row: HistoryItem | undefined; metadata: HistoryItem[] }[] = [];
  // Where the history is too short, it is the oldest layers that it does not know.
  const unknown = layers.length - chosen.size;
  for (const diffId of layers.slice(0, unknown)) steps.push({ diffId, row: undefined, metadata: [] });
  for (const row of history) {
    const diffId = chosen.has(row) ? layers[steps.length] : undefined;
    if (diffId !== undefined) steps.push({ diffId, row, metadata: [] });
    else (steps.at(-1)?.metadata ?? before).push(row);
  }
  return { before, layers: steps };
}

function rowsWithLayers(count: number, history: readonly HistoryItem[]): ReadonlySet<HistoryItem> {
  const likely = history
    .map((row, index) => ({ row, index, doubt: doubt(row) }))
    // Of equals the newest: what a history leaves out is its oldest part.
    .toSorted((a, b) => a.doubt - b.doubt || b.index - a.index);
  return new Set(likely.slice(0, count).map(({ row }) => row));
}

/** How much speaks against the row having a layer. */
function doubt(row: HistoryItem): number {
  if (row.Size > 0) return 0;
  if (isMetadata(row)) return 3;
  return /^RUN\b/.test(instructionOf(row)) ? 2 : 1;
}
