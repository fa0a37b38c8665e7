import { DockerfileError } from '../error.ts';
import type { SourceRange } from '../range.ts';
import type { LintRule } from './rule.ts';

/** What a `check` directive says (docs.docker.com/build/checks). Names in small letters; `all` stands for every rule. */
export interface CheckOptions {
  readonly skip: ReadonlySet<string>;
  readonly experimental: ReadonlySet<string>;
  /** Whether findings are errors. */
  readonly error: boolean;
}

export const DEFAULT_CHECKS: CheckOptions = { skip: new Set(), experimental: new Set(), error: false };

/**
 * Reads `skip=A,B;error=true;experimental=all`.
 * @throws DockerfileError `directive` in BuildKit's words
 */
export function parseCheckOptions(text: string, range?: SourceRange): CheckOptions {
  const invalid = (what: string) =>
    new DockerfileError(
      'directive',
      `failed to parse check options: invalid check option ${JSON.stringify(what)}`,
      range,
    );
  let options = DEFAULT_CHECKS;
  for (const part of text.split(';').filter((_, __, parts) => parts.join('').trim() !== '')) {
    const equals = part.indexOf('=');
    if (equals < 0) throw invalid(part);
    const name = part.slice(0, equals).trim();
    const value = part.slice(equals + 1).trim();
    if (name === 'error') {
      if (!/^(1|t|true|0|f|false)$/i.test(value)) throw invalid(part);
      options = { ...options, error: /^(1|t|true)$/i.test(value) };
    } else if (name === 'skip' || name === 'experimental') {
      options = { ...options, [name]: new Set(value.split(',').map((rule) => rule.trim().toLowerCase())) };
    } else throw invalid(name);
  }
  return options;
}

/** Adds what a comment above an instruction says: `# check=skip=A`. One that cannot be read says nothing. */
export function withComments(options: CheckOptions, comments: readonly string[]): CheckOptions {
  const text = comments.flatMap((comment) => /^check\s*=\s*(\S+)/i.exec(comment)?.[1] ?? [])[0];
  if (text === undefined) return options;
  try {
    const own = parseCheckOptions(text);
    return {
      skip: new Set([...options.skip, ...own.skip]),
      experimental: new Set([...options.experimental, ...own.experimental]),
      error: options.error || own.error,
    };
  } catch (error) {
    if (error instanceof DockerfileError) return options;
    throw error;
  }
}

export function isWanted(
  { name, experimental }: Pick<LintRule, 'name' | 'experimental'>,
  options: CheckOptions,
): boolean {
  const named = (names: ReadonlySet<string>) => names.has('all') || names.has(name.toLowerCase());
  return experimental ? named(options.experimental) : !named(options.skip);
}
