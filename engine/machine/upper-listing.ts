import type { UpperEntry } from './machine.ts';

/** What init writes for each entry: path, kind, mode, size, mtime, opaque. */
type Row = readonly [string, UpperEntry['kind'], number, number, number, boolean];

/** Reads the listing of an upper directory as init writes it: a JSON array of rows. */
export function upperEntries(listing: Uint8Array): readonly UpperEntry[] {
  const rows: readonly Row[] = JSON.parse(new TextDecoder().decode(listing));
  return rows.map(([path, kind, mode, size, mtime, opaque]) => ({ path, kind, mode, size, mtime, opaque }));
}
