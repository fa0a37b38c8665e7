import { FileSystemError } from './file-system-error.ts';
import type { Directory, FileNode } from './node.ts';
import { directory } from './node.ts';
import { type PathView, type ResolvedPath, resolvePath } from './path.ts';

const view: PathView<FileNode> = {
  isDirectory: (node) => node.kind === 'directory',
  child: (node, name) => (node.kind === 'directory' ? node.children.get(name) : undefined),
  linkTarget: (node) => (node.kind === 'symlink' ? node.target : undefined),
};

/**
 * Where a path leads inside a tree, symbolic links followed and kept inside (see {@link resolvePath}). `node` is
 * undefined if only the last component is missing.
 * @throws FileSystemError ENOENT, ENOTDIR, ELOOP
 */
export function resolve(root: Directory, path: string, { followLast = true } = {}): ResolvedPath<FileNode> {
  return resolvePath<FileNode>(view, root, path, followLast);
}

/** What is at a path, links followed; undefined if nothing is there, for whatever reason (missing, not a directory, loop). */
export function lookup(root: Directory, path: string, options?: { followLast?: boolean }): FileNode | undefined {
  try {
    return resolve(root, path, options).node;
  } catch (error) {
    if (error instanceof FileSystemError) return undefined;
    throw error;
  }
}

export interface WalkedNode {
  /** Absolute in the walked tree: `/`, `/etc`, `/etc/hosts`. */
  readonly path: string;
  readonly node: FileNode;
}

/** Everything in a tree, the root (`/`) first, parents before children, siblings in their map's order. Links are not followed. */
export function* walk(root: FileNode, path = '/'): Generator<WalkedNode> {
  yield { path, node: root };
  if (root.kind !== 'directory') return;
  const prefix = path === '/' ? '/' : `${path}/`;
  for (const [name, child] of root.children) yield* walk(child, prefix + name);
}

/** Bytes of file data in a tree. A hard-linked file counts once, as `du` counts it. */
export function countBytes(root: FileNode): number {
  const seen = new Set<FileNode>();
  let bytes = 0;
  for (const { node } of walk(root)) {
    if (node.kind !== 'file' || seen.has(node)) continue;
    seen.add(node);
    bytes += node.data.length;
  }
  return bytes;
}

/**
 * One tree laid over another: directories in both are merged and take the upper's metadata; of anything else the
 * upper's wins. Whiteouts and opaque directories are nothing special here.
 */
export function merge(lower: Directory, upper: Directory): Directory {
  const children = new Map(lower.children);
  for (const [name, above] of upper.children) {
    const below = children.get(name);
    children.set(name, below?.kind === 'directory' && above.kind === 'directory' ? merge(below, above) : above);
  }
  return { ...upper, children };
}

/**
 * The tree with `node` at `path`, replacing what was there. Missing directories on the way are made with the metadata of
 * `parent` (default: root's, 0755). The path is taken literally: a link on the way is ENOTDIR; `resolve` it first.
 * @throws FileSystemError ENOTDIR; EINVAL for `.`, `..` or, unless `node` is a directory, the root
 */
export function insert(root: Directory, path: string, node: FileNode, parent: Directory = directory()): Directory {
  const names = path.split('/').filter((name) => name !== '');
  if (names.some((name) => name === '.' || name === '..')) throw new FileSystemError('EINVAL', path);
  const place = (under: FileNode, depth: number): FileNode => {
    const name = names[depth];
    if (name === undefined) return node;
    if (under.kind !== 'directory') throw new FileSystemError('ENOTDIR', path);
    const below = under.children.get(name) ?? { ...parent, children: new Map<string, FileNode>() };
    return { ...under, children: new Map(under.children).set(name, place(below, depth + 1)) };
  };
  const placed = place(root, 0);
  if (placed.kind !== 'directory') throw new FileSystemError('EINVAL', path);
  return placed;
}

/** The tree without what is at `path` (taken literally); the same tree if nothing is. */
export function remove(root: Directory, path: string): Directory {
  const names = path.split('/').filter((name) => name !== '');
  const prune = (under: Directory, depth: number): Directory => {
    const name = names[depth];
    const below = name === undefined ? undefined : under.children.get(name);
    if (name === undefined || below === undefined) return under;
    const children = new Map(under.children);
    if (depth === names.length - 1) children.delete(name);
    else if (below.kind === 'directory') {
      const pruned = prune(below, depth + 1);
      if (pruned === below) return under;
      children.set(name, pruned);
    } else return under;
    return { ...under, children };
  };
  return prune(root, 0);
}
