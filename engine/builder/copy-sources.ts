import type { Directory, FileNode, RegularFile } from '../files/node.ts';
import { lookup } from '../files/tree.ts';
import type { Dockerignore } from './dockerignore.ts';
import { compilePathPattern, hasWildcards } from './path-pattern.ts';
import { baseName, cleanAbsolute } from './paths.ts';

/** One thing that a COPY or ADD takes. */
export interface CopySource {
  /** Absolute in the tree that it comes from. */
  readonly path: string;
  /** What it is called in a destination that is a directory. */
  readonly name: string;
  /** Empty if it is to be loaded first. */
  readonly node: FileNode;
  /** A file that is known by its digest, and loaded only when a layer is made of it. */
  readonly later?: { readonly digest: string; load(): Promise<RegularFile> };
}

/**
 * What a source argument names: the path, or all paths that match the pattern, in order. A symbolic link named so is
 * followed. A pattern may match nothing; undefined means that a plain path is not there.
 * @throws BuildError `invalid` for a malformed pattern
 */
export function selectSources(root: Directory, argument: string): readonly CopySource[] | undefined {
  if (!hasWildcards(argument)) {
    const path = cleanAbsolute(argument.replace(/\\(.)/g, '$1'));
    const node = lookup(root, path);
    return node && [{ path, name: baseName(path), node }];
  }
  const pattern = cleanAbsolute(argument);
  const matches = compilePathPattern(pattern, false);
  const depth = pattern.split('/').length - 1;
  const found: CopySource[] = [];
  const search = (directory: Directory, prefix: string, level: number): void => {
    for (const name of [...directory.children.keys()].sort()) {
      const path = `${prefix}/${name}`;
      const node = directory.children.get(name);
      if (level === depth && matches(path)) {
        const target = lookup(root, path);
        if (target) found.push({ path, name, node: target });
      } else if (level < depth && node?.kind === 'directory') search(node, path, level + 1);
    }
  };
  search(root, '', 1);
  return found;
}

/** One file below `--parents` sources: where it is and where below the destination it goes. */
export interface ParentsSource extends CopySource {
  /** Directories that are to be kept above it, outermost first; their metadata is that of the source's. */
  readonly parents: readonly { readonly path: string; readonly node: Directory }[];
}

/**
 * As {@link selectSources} for `COPY --parents`: patterns may have `**`, and the directories above what matches come
 * along, from the root or from the `/./` in the argument. Undefined if a plain path is not there.
 */
export function selectWithParents(root: Directory, argument: string): readonly ParentsSource[] | undefined {
  const pivot = argument.indexOf('/./');
  const start = pivot < 0 ? '/' : cleanAbsolute(argument.slice(0, pivot));
  const pattern = cleanAbsolute(pivot < 0 ? argument : argument.slice(pivot + 3));
  const top = lookup(root, start);
  if (top?.kind !== 'directory') return undefined;
  const matches = compilePathPattern(pattern, true);
  const found: ParentsSource[] = [];
  const search = (directory: Directory, prefix: string, parents: ParentsSource['parents']): void => {
    for (const name of [...directory.children.keys()].sort()) {
      const node = directory.children.get(name);
      if (!node) continue;
      const path = `${prefix}/${name}`;
      if (matches(path)) found.push({ path: start === '/' ? path : start + path, name, node, parents });
      else if (node.kind === 'directory') search(node, path, [...parents, { path, node }]);
    }
  };
  if (pattern === '/') return [{ path: start, name: '', node: top, parents: [] }];
  search(top, '', []);
  return found.length === 0 && !hasWildcards(pattern) ? undefined : found;
}

/** The source without what `--exclude` leaves out; undefined if it is left out itself. Patterns start at the source. */
export function excludeFrom(source: CopySource, ignore: Dockerignore): FileNode | undefined {
  if (source.node.kind !== 'directory') return ignore.excludes(source.name) ? undefined : source.node;
  const prune = (directory: Directory, prefix: string): Directory => {
    const children = new Map<string, FileNode>();
    for (const [name, node] of directory.children) {
      const path = prefix + name;
      if (node.kind === 'directory' && (!ignore.excludes(path) || ignore.hasExceptions)) {
        const kept = prune(node, `${path}/`);
        if (!ignore.excludes(path) || kept.children.size > 0) children.set(name, kept);
      } else if (!ignore.excludes(path)) children.set(name, node);
    }
    return { ...directory, children };
  };
  return prune(source.node, '');
}
