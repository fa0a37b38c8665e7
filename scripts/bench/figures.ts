/** One line of the report: what was measured, what it should reach, and whether it does. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly peer?: string;
  readonly reach: string;
  readonly met: boolean;
}

/** @param values at least one, in any order */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Median with its range, in whole units: `42 (40-57)`. */
export const spread = (values: readonly number[], digits = 0): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)})`;

/** Times beside a peer's, in ms: met if they are at most so many times the peer's. */
export function timesRow(what: string, ours: readonly number[], peer: readonly number[], most: number): Row {
  const ratio = median(ours) / median(peer);
  return {
    what,
    measured: spread(ours),
    peer: spread(peer),
    reach: `${ratio.toFixed(2)}x of <= ${most.toFixed(1)}x`,
    met: ratio <= most,
  };
}

/** Throughput beside a peer's, from times in ms for the same number of bytes: met if it is at least so many times the peer's. */
export function throughputRow(
  what: string,
  bytes: number,
  { ours, peer }: { readonly ours: readonly number[]; readonly peer: readonly number[] },
  least: number,
): Row {
  // Bytes in a millisecond are thousands in a second.
  const speeds = (times: readonly number[]) => times.map((ms) => bytes / ms / 1000);
  const ratio = median(speeds(ours)) / median(speeds(peer));
  return {
    what,
    measured: spread(speeds(ours)),
    peer: spread(speeds(peer)),
    reach: `${ratio.toFixed(2)}x of >= ${least.toFixed(1)}x`,
    met: ratio >= least,
  };
}

/** Prints a table that is one in Markdown, too: the README's rows are taken from it. */
export function printTable(title: string, rows: readonly Row[]): void {
  const cells = [
    [title, 'Drydock', 'peer', 'reach', ''],
    ...rows.map(({ what, measured, peer = '', reach, met }) => [what, measured, peer, reach, met ? 'met' : 'MISSED']),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  console.log(['', line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n'));
}
