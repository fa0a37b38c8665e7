import type { Filters } from '../api/types.ts';
import { invalidParameter } from './errors.ts';

/** Throws ContainerError `invalid-parameter` for a filter that is not among those accepted. */
export function checkFilters(filters: Filters, accepted: readonly string[]): void {
  for (const name of Object.keys(filters)) {
    if (!accepted.includes(name)) throw invalidParameter(`invalid filter '${name}'`);
  }
}

/** `label=KEY` and `label=KEY=VALUE`: all must be there. */
export function matchesLabels(wanted: readonly string[], labels: Readonly<Record<string, string>>): boolean {
  return wanted.every((filter) => {
    const separator = filter.indexOf('=');
    if (separator < 0) return Object.hasOwn(labels, filter);
    return labels[filter.slice(0, separator)] === filter.slice(separator + 1);
  });
}

/** Exact, or a regular expression found in one of the candidates, as moby's filters.Match does. */
export function matchesPattern(wanted: readonly string[] | undefined, ...candidates: readonly string[]): boolean {
  if (!wanted?.length) return true;
  return wanted.some((pattern) =>
    candidates.some((candidate) => {
      if (candidate === pattern) return true;
      try {
        return new RegExp(pattern).test(candidate);
      } catch {
        return false;
      }
    }),
  );
}

/** A filter that is a truth value; undefined if it is not given. Throws ContainerError. */
export function filterFlag(given: Filters, name: string): boolean | undefined {
  const [value] = given[name] ?? [];
  if (value === undefined) return undefined;
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false;
  throw invalidParameter(`invalid filter '${name}=[${value}]'`);
}
