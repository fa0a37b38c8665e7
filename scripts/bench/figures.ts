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

export function printTable(title: string, rows: readonly Row[]): void {
  const head: Row = { what: title, measured: 'Drydock', peer: 'native peer', reach: 'reach', met: true };
  const widths = (['what', 'measured', 'peer', 'reach'] as const).map((key) =>
    Math.max(...[head, ...rows].map((row) => (row[key] ?? '').length)),
  );
  const line = (row: Row, mark: string) =>
    [row.what, row.measured, row.peer ?? '', row.reach].map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ') +
    `  ${mark}`;
  console.log(`\n${line(head, '')}`);
  for (const row of rows) console.log(line(row, row.met ? 'met' : 'MISSED'));
}
