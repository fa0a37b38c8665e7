import type { Directory, FileNode } from '../node.ts';
import { walk } from '../tree.ts';
import { NO_DATA, type TarEntry } from './entry.ts';
import { type ReadTarOptions, tarEntries } from './read.ts';
import { finished, TreeBuilder, type TreeBuilderOptions } from './tree-builder.ts';
import { writeTar } from './write.ts';

export interface TreeToTarOptions {
  /** Seconds since the epoch, given to every member. */
  readonly mtime?: number;
  /** Given to every member. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Directory that all names start with, such as `app` or `a/b`; its own directories are not written. */
  readonly prefix?: string;
  /** Writes the tree's root too, as `./` (or as the prefix). */
  readonly root?: boolean;
}

/**
 * A plain archive (a build context, the body of `docker cp`) as a tree. File contents are views of `bytes`.
 * @throws TarError for a damaged archive, and for members that lead out of it
 */
export function tarToTree(bytes: Uint8Array, options: ReadTarOptions & TreeBuilderOptions = {}): Directory {
  const builder = new TreeBuilder(options);
  for (const entry of tarEntries(bytes, options)) builder.add(entry);
  return finished(builder.root);
}

/** Names sorted within each directory, parents first; a file object met again becomes a hard link. Same tree, same bytes. */
export function treeToTar(tree: Directory, options: TreeToTarOptions = {}): Uint8Array {
  return writeTar(treeEntries(tree, options));
}

export function* treeEntries(tree: Directory, options: TreeToTarOptions = {}): Generator<TarEntry> {
  const seen = new Map<FileNode, string>();
  const prefix = options.prefix ? `${options.prefix.replace(/^\/+|\/+$/g, '')}/` : '';
  if (options.root) yield nodeEntry(prefix || './', tree, options);
  for (const { path: walked, node } of walk(tree, { sorted: true })) {
    if (node === tree) continue;
    const path = prefix + walked.slice(1);
    if (node.kind === 'directory') {
      yield nodeEntry(`${path}/`, node, options);
      continue;
    }
    const first = node.kind === 'file' ? seen.get(node) : undefined;
    if (first !== undefined) {
      yield { ...nodeEntry(path, node, options), type: 'hard-link', linkName: first, data: NO_DATA };
      continue;
    }
    if (node.kind === 'file') seen.set(node, path);
    yield nodeEntry(path, node, options);
  }
}

/** One node as a member; directories should be named with a trailing slash. */
export function nodeEntry(name: string, node: FileNode, options: TreeToTarOptions = {}): TarEntry {
  return {
    name,
    type: node.kind,
    mode: node.mode,
    uid: options.owner?.uid ?? node.uid,
    gid: options.owner?.gid ?? node.gid,
    mtime: options.mtime ?? node.mtime,
    data: node.kind === 'file' ? node.data : NO_DATA,
    ...(node.kind === 'symlink' ? { linkName: node.target } : {}),
    ...(node.kind === 'character-device' || node.kind === 'block-device'
      ? { major: node.major, minor: node.minor }
      : {}),
    ...(node.xattrs && node.xattrs.size > 0 ? { xattrs: node.xattrs } : {}),
  };
}
