import type { Directory, FileNode } from '../files/node.ts';
import { BuildError } from './errors.ts';
import { compilePathPattern } from './path-pattern.ts';

interface Rule {
  /** Cleaned, without `!`. */
  readonly pattern: string;
  readonly matches: (path: string) => boolean;
  /** `!pattern`: brings back what an earlier rule took out. */
  readonly exception: boolean;
}

/** Which paths of a build context are left out (Dockerfile reference, ".dockerignore file"). */
export interface Dockerignore {
  /** Whether a path (`a/b`, no leading slash) is left out. A path below one that is left out is too, unless brought back. */
  excludes(path: string): boolean;
  /** Whether a directory that is left out must be looked into all the same, as an exception may be below it. */
  readonly hasExceptions: boolean;
  /** Whether one of the patterns stands for everything. */
  readonly excludesAll: boolean;
}

/** @throws BuildError `invalid` for a malformed pattern */
export function parseDockerignore(text: string): Dockerignore {
  return dockerignoreOf(
    text
      .replace(/^\ufeff/, '')
      .split('\n')
      .filter((line) => !line.startsWith('#')),
  );
}

/** The same from patterns one by one, as `COPY --exclude` has them. @throws BuildError `invalid` */
export function dockerignoreOf(patterns: readonly string[]): Dockerignore {
  const rules = patterns.flatMap((line): Rule[] => {
    const trimmed = line.trim();
    const exception = trimmed.startsWith('!');
    const written = exception ? trimmed.slice(1).trim() : trimmed;
    if (written === '' && exception) throw new BuildError('invalid', 'illegal exclusion pattern: "!"');
    if (written === '') return [];
    const pattern = cleanPath(written);
    return [{ pattern, matches: compilePathPattern(pattern, true), exception }];
  });
  return {
    hasExceptions: rules.some(({ exception }) => exception),
    excludesAll: rules.some(({ pattern, exception }) => !exception && ['*', '**', '**/*'].includes(pattern)),
    excludes: (path) => excludes(rules, path),
  };
}

function excludes(rules: readonly Rule[], path: string): boolean {
  const names = path.split('/');
  const lineage = names.map((_, index) => names.slice(0, index + 1).join('/'));
  let excluded = false;
  for (const rule of rules) {
    // A rule that would change nothing need not be looked at.
    if (rule.exception === excluded && lineage.some(rule.matches)) excluded = !rule.exception;
  }
  return excluded;
}

/** The tree without what is left out. A directory stays if anything below it does. Nothing else changes. */
export function filterTree(root: Directory, ignore: Dockerignore): Directory {
  return filterDirectory(root, '', ignore) ?? { ...root, children: new Map() };
}

function filterDirectory(directory: Directory, prefix: string, ignore: Dockerignore): Directory | undefined {
  const children = new Map<string, FileNode>();
  for (const [name, node] of directory.children) {
    const path = prefix + name;
    const excluded = ignore.excludes(path);
    if (node.kind !== 'directory') {
      if (!excluded) children.set(name, node);
    } else if (!excluded || ignore.hasExceptions) {
      const kept = filterDirectory(node, `${path}/`, ignore);
      if (kept && (!excluded || kept.children.size > 0)) children.set(name, kept);
    }
  }
  return { ...directory, children };
}

/** Go's `filepath.Clean`, and no leading slash. */
function cleanPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/') || '.';
}
