import { ContainerError, noSuchContainer } from './errors.ts';

/** 64 random hex digits, never with twelve digits in front that are all decimal: those would be taken for a number. */
export function randomId(): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (!/^\d{12}/.test(id)) return id;
  }
}

export const shortId = (id: string): string => id.slice(0, 12);

/** What can be found by ID, name or ID prefix. */
export interface Named {
  readonly id: string;
  /** Without a leading slash. */
  readonly name: string;
}

/**
 * Finds by full ID, then by name (with or without the leading slash), then by unique ID prefix, as dockerd does.
 * Throws ContainerError `not-found`, or `invalid-parameter` for a prefix that several share.
 */
export function lookUp<T extends Named>(items: Iterable<T>, query: string): T {
  if (query === '') throw new ContainerError('invalid-parameter', 'No container name or ID supplied');
  const all = [...items];
  const exact = all.find((item) => item.id === query) ?? all.find((item) => item.name === query.replace(/^\//, ''));
  if (exact) return exact;
  const matches = all.filter((item) => item.id.startsWith(query));
  if (matches.length > 1) {
    throw new ContainerError('invalid-parameter', `multiple IDs found with provided prefix: ${query}`);
  }
  const [only] = matches;
  if (!only) throw noSuchContainer(query);
  return only;
}
