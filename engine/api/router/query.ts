import type { Filters } from '../types.ts';
import { badRequest } from './http-error.ts';

const FALSE = ['', '0', 'no', 'false', 'none'];

/** A flag in a query, as dockerd reads it: anything but nothing, `0`, `no`, `false` and `none` is true. */
export function flag(query: URLSearchParams, name: string, otherwise = false): boolean {
  const value = query.get(name);
  return value === null ? otherwise : !FALSE.includes(value.trim().toLowerCase());
}

/** A whole number; undefined if it is left out or empty. Throws HttpError with Go's words. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^[+-]?\d+$/.test(value)) throw badRequest(`strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}

/**
 * `filters=`: a JSON object of lists, or of objects whose keys count, as clients before API 1.22 send it and Go's
 * client still does. Throws HttpError.
 */
export function filters(query: URLSearchParams): Filters {
  const text = query.get('filters');
  if (!text) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw badRequest('invalid filter');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw badRequest('invalid filter');
  return Object.fromEntries(Object.entries(parsed).map(([name, values]) => [name, filterValues(values)]));
}

function filterValues(values: unknown): readonly string[] {
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    return Object.entries(values)
      .filter(([, wanted]) => wanted === true)
      .map(([value]) => value);
  }
  throw badRequest('invalid filter');
}
