import { familiarName, familiarRepository, parseReference } from '../../image/reference.ts';
import { badRequest } from './http-error.ts';

/**
 * A shell pattern as Go's path.Match takes it: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]` are one character of a
 * class, `\\` takes the next one as it is. Throws HttpError for one that is none.
 */
function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; ) {
    const [token = ''] = /^(?:\\.|\[\^?(?:\\.|[^\]\\])+\]|.)/s.exec(pattern.slice(at)) ?? [];
    at += token.length;
    if (token === '[' || token === '\\') throw badRequest('syntax error in pattern');
    if (token === '*') source += '[^/]*';
    else if (token === '?') source += '[^/]';
    else if (token.startsWith('[')) source += `(?!/)${characterClass(token)}`;
    else source += literal(token.replace(/^\\(?=.)/s, ''));
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    throw badRequest('syntax error in pattern');
  }
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Its dashes are ranges, unless they are escaped. */
function characterClass(token: string): string {
  const negated = token.startsWith('[^');
  const body = token.slice(negated ? 2 : 1, -1);
  const parts = body.match(/\\.|-|[^\\-]/gs) ?? [];
  const inner = parts.map((part) => (part === '-' ? '-' : literal(part.replace(/^\\(?=.)/s, ''))));
  return `[${negated ? '^' : ''}${inner.join('')}]`;
}

/** Whether a name is meant by one of the patterns of `reference=`: with its tag, or by its repository alone. */
export function referenceMatcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(globToRegExp);
  return (name) => {
    const reference = parseReference(name);
    const candidates = [familiarName(reference), familiarRepository(reference)];
    return expressions.some((expression) => candidates.some((candidate) => expression.test(candidate)));
  };
}
