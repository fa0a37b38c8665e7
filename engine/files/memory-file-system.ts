import type { ChangeListener } from './change.ts';
import { FileSystemError } from './file-system-error.ts';
import type { DirectoryInode, FileInode, Inode } from './inode.ts';
import type { Caller, InodeStoreOptions } from './inode-store.ts';
import { InodeStore } from './inode-store.ts';
import type { Directory, FileNode } from './node.ts';
import { type PathView, type ResolvedPath, resolvePath } from './path.ts';
import { replaceTree } from './replace-tree.ts';
import { Snapshooter } from './snapshot.ts';
import type { Timestamp } from './timestamp.ts';

export type { Change, ChangeListener, Origin } from './change.ts';
export type { InodeStoreOptions as MemoryFileSystemOptions } from './inode-store.ts';

/** What `stat` tells about a path. */
export interface FileStatus {
  readonly kind: Inode['kind'];
  /** Inode number: equal for hard links. */
  readonly inode: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; for a link the length of its target; 0 for anything else. */
  readonly size: number;
  readonly nlink: number;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
}

export interface ListedEntry extends FileStatus {
  readonly name: string;
}

const host: Caller = { origin: 'host', uid: 0, gid: 0 };

const view: PathView<Inode> = {
  isDirectory: (inode) => inode.kind === 'directory',
  child: (inode, name) => (inode.kind === 'directory' ? inode.entries.get(name)?.inode : undefined),
  linkTarget: (inode) => (inode.kind === 'symlink' ? inode.target : undefined),
};

/**
 * A mutable POSIX file system in memory, used by path from the host side; the guest uses its {@link inodes} through 9P at
 * the same time. Paths are absolute; symbolic links are followed and stay inside. What is made here belongs to root.
 * Every method throws {@link FileSystemError}, with the code that Linux would give.
 */
export class MemoryFileSystem {
  readonly inodes: InodeStore;

  constructor(options?: InodeStoreOptions) {
    this.inodes = new InodeStore(options);
  }

  /** A file's bytes as they are now, not copied: later changes do not show, and the caller must not change them. */
  read(path: string): Uint8Array {
    return this.#file(path).content.snapshot();
  }

  /**
   * Makes or replaces a file, with missing parents (0755). A copy of the bytes is kept. An existing file stays the same inode
   * and keeps its mode unless one is given; a new one has 0644.
   */
  write(path: string, bytes: Uint8Array, mode?: number): void {
    const found = this.#resolveWithParents(path);
    if (found.node === undefined) {
      const data = bytes.slice();
      this.inodes.create(found.parent, found.name, { kind: 'file', data }, mode ?? 0o644, host);
      return;
    }
    if (found.node.kind === 'directory') throw new FileSystemError('EISDIR', path);
    if (found.node.kind !== 'file') throw new FileSystemError('EINVAL', path);
    this.#overwrite(found.node, bytes.slice(), mode);
  }

  /** Makes a directory and its missing parents; nothing happens if it is there. */
  mkdir(path: string, mode = 0o755): void {
    const found = this.#resolveWithParents(path);
    if (found.node === undefined) this.inodes.create(found.parent, found.name, { kind: 'directory' }, mode, host);
    else if (found.node.kind !== 'directory') throw new FileSystemError('EEXIST', path);
  }

  symlink(target: string, path: string): void {
    const found = this.#resolveWithParents(path, false);
    this.inodes.create(found.parent, found.name, { kind: 'symlink', target }, 0o777, host);
  }

  /** Removes a path and everything below it. A link is removed, not followed. For the root: everything below it. */
  remove(path: string): void {
    const found = this.#resolve(path, false);
    if (found.node === undefined) throw new FileSystemError('ENOENT', path);
    if (found.node.kind === 'directory') this.#empty(found.node);
    if (found.node === this.inodes.root) return;
    if (found.node.kind === 'directory') this.inodes.rmdir(found.parent, found.name, 'host');
    else this.inodes.unlink(found.parent, found.name, 'host');
  }

  /** rename(2): replaces a file, or an empty directory by a directory. The new parent must exist. */
  rename(from: string, to: string): void {
    const source = this.#resolve(from, false);
    const target = this.#resolve(to, false);
    if (source.name === '' || target.name === '') throw new FileSystemError('EBUSY', source.name === '' ? from : to);
    this.inodes.rename(source.parent, source.name, target.parent, target.name, 'host');
  }

  chmod(path: string, mode: number): void {
    this.inodes.setAttributes(this.#existing(path), { mode }, 'host');
  }

  /** Entries of a directory, in the order of their making. */
  list(path: string): ListedEntry[] {
    const found = this.#existing(path);
    if (found.kind !== 'directory') throw new FileSystemError('ENOTDIR', path);
    return [...found.entries].map(([name, { inode }]) => ({ name, ...this.#status(inode) }));
  }

  exists(path: string): boolean {
    try {
      return this.#resolve(path, true).node !== undefined;
    } catch (error) {
      if (error instanceof FileSystemError) return false;
      throw error;
    }
  }

  /** What is at the end of the path, links followed. */
  stat(path: string): FileStatus {
    return this.#status(this.#existing(path));
  }

  /** As {@link stat}, but of a link itself. */
  lstat(path: string): FileStatus {
    return this.#status(this.#existing(path, false));
  }

  readlink(path: string): string {
    const found = this.#existing(path, false);
    if (found.kind !== 'symlink') throw new FileSystemError('EINVAL', path);
    return found.target;
  }

  /**
   * Everything at and below a path as an immutable tree, as it is now. Content is not copied, hard links stay one file,
   * and files unchanged since the last call are the same objects. Sockets have no such form and are left out.
   */
  toTree(path = '/'): FileNode {
    const node = new Snapshooter().node(this.#existing(path, false));
    if (node === undefined) throw new FileSystemError('EINVAL', path);
    return node;
  }

  /**
   * Makes a directory (default: the whole file system) equal to a tree. What is equal already is not touched, and
   * directories and files that stay keep their inodes, so that the guest's open files and working directories stay good.
   */
  replaceWith(tree: Directory, path = '/'): void {
    const directory = this.#existing(path);
    if (directory.kind !== 'directory') throw new FileSystemError('ENOTDIR', path);
    replaceTree(this.inodes, directory, tree);
  }

  subscribe(listener: ChangeListener): () => void {
    return this.inodes.subscribe(listener);
  }

  #overwrite(inode: FileInode, bytes: Uint8Array, mode: number | undefined): void {
    this.inodes.replaceContent(inode, bytes, 'host');
    if (mode !== undefined && mode !== inode.mode) this.inodes.setAttributes(inode, { mode }, 'host');
  }

  #empty(directory: DirectoryInode): void {
    for (const [name, { inode }] of directory.entries) {
      if (inode.kind === 'directory') {
        this.#empty(inode);
        this.inodes.rmdir(directory, name, 'host');
      } else this.inodes.unlink(directory, name, 'host');
    }
  }

  #status(inode: Inode): FileStatus {
    const { kind, number, mode, uid, gid, mtime, ctime } = inode;
    const size = kind === 'file' ? inode.content.size : kind === 'symlink' ? encoder.encode(inode.target).length : 0;
    return { kind, inode: number, mode, uid, gid, size, nlink: this.inodes.nlink(inode), mtime, ctime };
  }

  #resolve(path: string, followLast: boolean): ResolvedPath<Inode> & { parent: DirectoryInode } {
    const found = resolvePath<Inode>(view, this.inodes.root, path, followLast);
    return { ...found, parent: found.parent as DirectoryInode };
  }

  #resolveWithParents(path: string, followLast = true): ResolvedPath<Inode> & { parent: DirectoryInode } {
    this.#makeParents(path);
    return this.#resolve(path, followLast);
  }

  #makeParents(path: string): void {
    const slash = path.replace(/\/+$/, '').lastIndexOf('/');
    if (slash <= 0) return;
    const parent = path.slice(0, slash);
    this.#makeParents(parent);
    const found = this.#resolve(parent, true);
    if (found.node === undefined) this.inodes.create(found.parent, found.name, { kind: 'directory' }, 0o755, host);
  }

  #existing(path: string, followLast = true): Inode {
    const { node } = this.#resolve(path, followLast);
    if (node === undefined) throw new FileSystemError('ENOENT', path);
    return node;
  }

  #file(path: string): FileInode {
    const found = this.#existing(path);
    if (found.kind === 'directory') throw new FileSystemError('EISDIR', path);
    if (found.kind !== 'file') throw new FileSystemError('EINVAL', path);
    return found;
  }
}

const encoder = new TextEncoder();
