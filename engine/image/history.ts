import type { Digest } from './digest.ts';
import type { HistoryRow, Image } from './image.ts';

/** Rows of `docker history`: each step's layer, and the ID where the image of that step is in the store. */
export function historyRows(
  image: Image,
  get: (id: Digest) => Image | undefined,
  tags: (id: Digest) => readonly string[],
): readonly HistoryRow[] {
  const rows: HistoryRow[] = [];
  let next = 0;
  for (const step of image.config.history ?? []) {
    const size = step.empty_layer ? 0 : (image.layers[next++]?.bytes ?? 0);
    rows.unshift({
      Id: '<missing>',
      Created: Math.floor((Date.parse(step.created ?? '') || 0) / 1000),
      CreatedBy: step.created_by ?? '',
      Tags: null,
      Size: size,
      Comment: step.comment ?? '',
    });
  }
  let step: Image | undefined = image;
  return rows.map((row) => {
    if (!step) return row;
    const { id } = step;
    const names = tags(id);
    step = step.parent && get(step.parent);
    return { ...row, Id: id, Tags: names.length > 0 ? names : null };
  });
}
