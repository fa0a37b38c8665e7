import type { Filters } from '../../api/types.ts';

/** `--filter name=value`, repeated, as the API wants it. */
export function toFilters(entries: readonly string[]): Filters {
  const filters: Record<string, string[]> = {};
  for (const entry of entries) {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    filters[name] = [...(filters[name] ?? []), entry.slice(equals + 1)];
  }
  return filters;
}
