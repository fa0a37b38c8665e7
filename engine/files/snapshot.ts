import type { DirectoryInode, Inode } from './inode.ts';
import type { Directory, FileNode, Metadata } from './node.ts';
import { toSeconds } from './timestamp.ts';

/** Turns mutable inodes into immutable nodes; one inode gives one node, so hard links stay one file. */
export class Snapshooter {
  /** Undefined for a socket, which file trees do not have. */
  node(inode: Inode): FileNode | undefined {
    if (inode.kind === 'directory') return this.#directory(inode);
    inode.snapshot ??= leaf(inode);
    return inode.snapshot;
  }

  #directory(root: DirectoryInode): Directory {
    const pending: { readonly inode: DirectoryInode; readonly into: Map<string, FileNode> }[] = [];
    const begin = (inode: DirectoryInode): Directory => {
      const children = new Map<string, FileNode>();
      pending.push({ inode, into: children });
      return { kind: 'directory', ...metadata(inode), children };
    };
    const directory = begin(root);
    for (let task = pending.pop(); task; task = pending.pop()) {
      for (const [name, { inode }] of task.inode.entries) {
        const child = inode.kind === 'directory' ? begin(inode) : this.node(inode);
        if (child !== undefined) task.into.set(name, child);
      }
    }
    return directory;
  }
}

function leaf(inode: Exclude<Inode, DirectoryInode>): FileNode | undefined {
  switch (inode.kind) {
    case 'file':
      return { kind: 'file', ...metadata(inode), data: inode.content.snapshot() };
    case 'symlink':
      return { kind: 'symlink', ...metadata(inode), target: inode.target };
    case 'character-device':
    case 'block-device':
      return { kind: inode.kind, ...metadata(inode), major: inode.major, minor: inode.minor };
    case 'fifo':
      return { kind: 'fifo', ...metadata(inode) };
    case 'socket':
      return undefined;
  }
}

function metadata(inode: Inode): Metadata {
  const { mode, uid, gid, xattrs } = inode;
  const plain = { mode, uid, gid, mtime: toSeconds(inode.mtime) };
  // The map is replaced, never changed, when an attribute is set.
  return xattrs && xattrs.size > 0 ? { ...plain, xattrs } : plain;
}
