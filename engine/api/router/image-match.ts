import { familiarName, familiarRepository, parseReference } from '../../image/reference.ts';

/** A shell pattern as Go's path.Match takes it: `*` and `?` stop at slashes. */
function globToRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  return new RegExp(`^${source}$`);
}

/** Whether a name is meant by one of the patterns of `reference=`: with its tag, or by its repository alone. */
export function matchesReference(patterns: readonly string[], name: string): boolean {
  const reference = parseReference(name);
  const candidates = [familiarName(reference), familiarRepository(reference)];
  return patterns.some((pattern) => candidates.some((candidate) => globToRegExp(pattern).test(candidate)));
}
