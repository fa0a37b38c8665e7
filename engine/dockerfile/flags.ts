import type { InstructionNode } from './ast.ts';
import { DockerfileError } from './error.ts';
import type { Word } from './range.ts';
import { suggest } from './suggest.ts';

export type FlagKind = 'boolean' | 'string' | 'strings';

/** An instruction's flags, checked against those that it knows. */
export interface Flags {
  string(name: string): Word | undefined;
  strings(name: string): readonly Word[];
  /** Undefined if not given. */
  boolean(name: string): boolean | undefined;
}

/**
 * Checks `--name[=value]` words against the instruction's flags. A value's range is the whole flag's.
 * @throws DockerfileError `unknown-flag` or `flag-value`, on the flag's range
 */
export function parseFlags(node: InstructionNode, known: Readonly<Record<string, FlagKind>>): Flags {
  const given = new Map<string, Word[]>();
  for (const { value: flag, range } of node.flags) {
    const equals = flag.indexOf('=');
    const name = flag.slice(2, equals < 0 ? undefined : equals);
    const value = equals < 0 ? undefined : flag.slice(equals + 1);
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) {
      throw new DockerfileError('unknown-flag', `unknown flag: --${name}`, range, suggest(name, Object.keys(known)));
    }
    const before = given.get(name) ?? [];
    if (before.length && kind !== 'strings') {
      throw new DockerfileError('flag-value', `duplicate flag specified: ${name}`, range);
    }
    if (kind === 'boolean' ? value === '' : value === undefined) {
      throw new DockerfileError('flag-value', `missing a value on flag: ${name}`, range);
    }
    if (kind === 'boolean' && !/^(true|false)$/i.test(value ?? 'true')) {
      throw new DockerfileError('flag-value', `expecting boolean value for flag ${name}, not: ${value}`, range);
    }
    given.set(name, [...before, { value: value ?? 'true', range }]);
  }
  return {
    string: (name) => given.get(name)?.[0],
    strings: (name) => given.get(name) ?? [],
    boolean: (name) => {
      const value = given.get(name)?.[0]?.value;
      return value === undefined ? undefined : value.toLowerCase() === 'true';
    },
  };
}
