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

/**
 * Everything in a tree, the root (`/`) first, parents before children, siblings in their map's order, or by name if
 * `sorted`. Links are not followed. Any depth will do.
 */
export function* walk(root: FileNode, { sorted = false } = {}): Generator<WalkedNode> {
  yield { path: '/', node: root };
  if (root.kind !== 'directory') return;
  const entriesOf = ({ children }: Directory): Iterator<[string, FileNode]> =>
    (sorted ? [...children].sort(([a], [b]) => (a < b ? -1 : 1)) : children)[Symbol.iterator]();
  const open = [{ prefix: '/', entries: entriesOf(root) }];
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const next = top.entries.next();
    if (next.done) {
      open.pop();
      continue;
    }
    const [name, node] = next.value;
    const path = top.prefix + name;
    yield { path, node };
    if (node.kind === 'directory') open.push({ prefix: `${path}/`, entries: entriesOf(node) });
  }
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
  const pending: { readonly lower: Directory; readonly upper: Directory; readonly into: Map<string, FileNode> }[] = [];
  const begin = (below: Directory, above: Directory): Directory => {
    const children = new Map(below.children);
    pending.push({ lower: below, upper: above, into: children });
    return { ...above, children };
  };
  const merged = begin(lower, upper);
  for (let task = pending.pop(); task; task = pending.pop()) {
    for (const [name, above] of task.upper.children) {
      const below = task.lower.children.get(name);
      task.into.set(name, below?.kind === 'directory' && above.kind === 'directory' ? begin(below, above) : above);
    }
  }
  return merged;
}

/**
 * The tree with `node` at `path`, replacing what was there. Missing directories on the way are made with the metadata of
 * `parent` (default: root's, 0755). The path is taken literally: a link on the way is ENOTDIR; `resolve` it first.
 * @throws FileSystemError ENOTDIR; EINVAL for `.`, `..` or, unless `node` is a directory, the root
 */
export function insert(root: Directory, path: string, node: FileNode, parent: Directory = directory()): Directory {
  const names = path.split('/').filter((name) => name !== '');
  if (names.some((name) => name === '.' || name === '..')) throw new FileSystemError('EINVAL', path);
  const way: { readonly under: Directory; readonly name: string }[] = [];
  let under: FileNode = root;
  for (const name of names) {
    if (under.kind !== 'directory') throw new FileSystemError('ENOTDIR', path);
    way.push({ under, name });
    under = under.children.get(name) ?? { ...parent, children: new Map<string, FileNode>() };
  }
  const placed = rebuild(way, node);
  if (placed.kind !== 'directory') throw new FileSystemError('EINVAL', path);
  return placed;
}

/** The tree without what is at `path` (taken literally); the same tree if nothing is. */
export function remove(root: Directory, path: string): Directory {
  const names = path.split('/').filter((name) => name !== '');
  const way: { readonly under: Directory; readonly name: string }[] = [];
  let under: FileNode | undefined = root;
  for (const name of names) {
    if (under?.kind !== 'directory') return root;
    way.push({ under, name });
    under = under.children.get(name);
  }
  const last = way.pop();
  if (!last || under === undefined) return root;
  const children = new Map(last.under.children);
  children.delete(last.name);
  return rebuild(way, { ...last.under, children }) as Directory;
}

/** Copies of the directories on the way, each with what is below it replaced. */
function rebuild(way: readonly { readonly under: Directory; readonly name: string }[], node: FileNode): FileNode {
  return way.reduceRight<FileNode>(
    (below, { under, name }) => ({ ...under, children: new Map(under.children).set(name, below) }),
    node,
  );
}
