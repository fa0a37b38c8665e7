/** Edits beyond which two words are not taken for the same one misspelt. BuildKit uses the same bound. */
const NEAR = 2;

/**
 * The option nearest to a misspelt word, or undefined if none is within two edits.
 * With `ignoreCase`, the answer takes the case of the word: `form` gives `from`, `FORM` gives `FROM`.
 */
export function suggest(word: string, options: readonly string[], ignoreCase = false): string | undefined {
  const wanted = ignoreCase ? word.toLowerCase() : word;
  let best: string | undefined;
  let distance = NEAR + 1;
  for (const option of options) {
    const candidate = ignoreCase ? option.toLowerCase() : option;
    // The word is right as it stands, so whatever is wrong is not its spelling.
    if (candidate === wanted) return undefined;
    const edits = editDistance(wanted, candidate, distance);
    if (edits < distance) {
      distance = edits;
      best = ignoreCase && word === word.toUpperCase() ? candidate.toUpperCase() : candidate;
    }
  }
  return best;
}

/** Levenshtein distance, or `limit` if it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return Math.min(limit, previous[b.length] ?? limit);
}
