import { FileSystemError } from './file-system-error.ts';

/** How {@link resolvePath} sees a tree, whatever it is made of. */
export interface PathView<Node> {
  isDirectory(node: Node): boolean;
  /** The entry of a directory; undefined if there is none. */
  child(directory: Node, name: string): Node | undefined;
  /** Where a symbolic link points; undefined for anything else. */
  linkTarget(node: Node): string | undefined;
}

export interface ResolvedPath<Node> {
  /** Absolute, without links, `.` and `..`: where the node is, or would be. `/` for the root. */
  readonly path: string;
  /** Undefined if only the last component is missing. */
  readonly node: Node | undefined;
  /** The directory that has, or would have, the node. The root itself for the root. */
  readonly parent: Node;
  /** Last component of `path`; empty for the root. */
  readonly name: string;
}

/** Linux's MAXSYMLINKS (include/linux/namei.h). */
const maximumLinks = 40;

/**
 * Follows a path as Linux does after `chroot` to `root`: absolute links start at `root`, and `..` stops there.
 * Relative paths start at `root` too. The last component may be missing; a link there is followed if `followLast`
 * or if the path ends in a slash.
 * @throws FileSystemError ENOENT (a directory on the way is missing), ENOTDIR, ELOOP (over 40 links).
 */
export function resolvePath<Node>(
  view: PathView<Node>,
  root: Node,
  path: string,
  followLast: boolean,
): ResolvedPath<Node> {
  const names: string[] = [];
  const ancestors: Node[] = [root];
  const pending = path.split('/').reverse();
  let node: Node | undefined = root;
  let links = 0;
  // `a/` means `a/.`: empty components are kept, so that the last one is seen and makes `a` a directory.
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const isLast = pending.length === 0;
    if (node === undefined) {
      // Beyond a missing entry only trailing slashes may follow (`mkdir new/`).
      if (name === '' && pending.every((rest) => rest === '')) continue;
      throw new FileSystemError('ENOENT', path);
    }
    if (!view.isDirectory(node)) throw new FileSystemError('ENOTDIR', path);
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (names.length > 0) {
        names.pop();
        ancestors.pop();
      }
      node = ancestors[ancestors.length - 1] as Node;
      continue;
    }
    const child = view.child(node, name);
    const target = child === undefined ? undefined : view.linkTarget(child);
    if (child !== undefined && target !== undefined && (followLast || !isLast)) {
      links += 1;
      if (links > maximumLinks) throw new FileSystemError('ELOOP', path);
      if (target === '') throw new FileSystemError('ENOENT', path);
      pending.push(...target.split('/').reverse());
      if (target.startsWith('/')) {
        names.length = 0;
        ancestors.length = 1;
        node = root;
      }
      continue;
    }
    names.push(name);
    if (child !== undefined) ancestors.push(child);
    node = child;
  }
  if (names.length === 0) return { path: '/', node: root, parent: root, name: '' };
  // `ancestors` ends with the node itself if it exists, and with its parent if not.
  const parent = ancestors[names.length - 1] as Node;
  return { path: `/${names.join('/')}`, node, parent, name: names[names.length - 1] as string };
}

/** An absolute path without `.`, `..` and double slashes; `..` stops at the root. */
export function cleanAbsolute(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}
