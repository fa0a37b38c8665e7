/** How an item of a list that was edited relates to the list as it was before. */
export type Relation<T> =
  /** There before, with the same text. */
  | { readonly kind: 'same'; readonly before: T }
  /** Where another text stood. */
  | { readonly kind: 'edited'; readonly before: T }
  | { readonly kind: 'new' };

/**
 * Finds for each text the item that it was before: the longest common subsequence stays the same, and between what
 * stays, texts are taken for edited ones in their order.
 */
export function align<T>(
  before: readonly T[],
  textOf: (item: T) => string,
  now: readonly string[],
): readonly Relation<T>[] {
  const texts = before.map(textOf);
  // lengths[i][j]: of the longest common subsequence of texts from i and now from j.
  const lengths = Array.from({ length: texts.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = texts.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row) row[j] = texts[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const relations: Relation<T>[] = [];
  let i = 0;
  let j = 0;
  let skipped: T[] = [];
  let pending = 0;
  const settle = (): void => {
    // Left over between two that stayed: those before and those now, in order.
    for (let index = 0; index < pending; index++) {
      const item = skipped[index];
      relations.push(item === undefined ? { kind: 'new' } : { kind: 'edited', before: item });
    }
    skipped = [];
    pending = 0;
  };
  while (i < texts.length || j < now.length) {
    const item = before[i];
    if (item !== undefined && j < now.length && texts[i] === now[j]) {
      settle();
      relations.push({ kind: 'same', before: item });
      i++;
      j++;
    } else if (item !== undefined && (j >= now.length || at(i + 1, j) >= at(i, j + 1))) {
      skipped.push(item);
      i++;
    } else {
      pending++;
      j++;
    }
  }
  settle();
  return relations;
}
