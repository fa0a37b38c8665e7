import { FileSystemError } from '../../files/file-system-error.ts';
import type { DirectoryInode, FileInode, Inode, NewInode } from '../../files/inode.ts';
import type { Attributes, InodeStore } from '../../files/inode-store.ts';
import { maximumXattrBytes } from '../../files/inode-store.ts';
import type { MemoryFileSystem } from '../../files/memory-file-system.ts';
import { textBytes } from '../../files/text.ts';
import type { NodeNumbers } from './node-numbers.ts';
import { fileTypeBits, qidType } from './protocol.ts';
import type { Capacity, ListedNode, NodeAttributes, Qid, User, XattrMust } from './served-node.ts';
import { ServedNode } from './served-node.ts';

export interface MemoryTreeOptions {
  /**
   * Whether the guest mounts with a cache that takes every change for its own (`cache=loose`). Then qid versions count
   * only the host's changes: a version that the guest's own writes moved would make it take a file for another one.
   */
  readonly guestCaches: boolean;
  /** What `..` of the root leads to. */
  readonly parent?: ServedNode;
}

/** A mutable file system as the server exports it. Several servers may export one file system at the same time. */
export class MemoryTree {
  readonly store: InodeStore;
  readonly numbers: NodeNumbers;
  readonly options: MemoryTreeOptions;

  constructor(numbers: NodeNumbers, fileSystem: MemoryFileSystem, options: MemoryTreeOptions) {
    this.numbers = numbers;
    this.store = fileSystem.inodes;
    this.options = options;
  }

  get root(): ServedNode {
    return new MemoryNode(this, this.store.root, undefined);
  }

  qid(inode: Inode): Qid {
    const type =
      inode.kind === 'directory' ? qidType.directory : inode.kind === 'symlink' ? qidType.symlink : qidType.file;
    const version = this.options.guestCaches ? inode.hostVersion : inode.version;
    return { type, version, path: this.numbers.of(inode) };
  }
}

class MemoryNode extends ServedNode {
  readonly tree: MemoryTree;
  readonly inode: Inode;
  /** Directory and name by which this node was found; undefined for the root. */
  readonly #found: { readonly directory: DirectoryInode; readonly name: string } | undefined;

  constructor(tree: MemoryTree, inode: Inode, found: { directory: DirectoryInode; name: string } | undefined) {
    super();
    this.tree = tree;
    this.inode = inode;
    this.#found = found;
  }

  override get isDirectory(): boolean {
    return this.inode.kind === 'directory';
  }

  override qid(): Qid {
    return this.tree.qid(this.inode);
  }

  override attributes(): NodeAttributes {
    const { inode } = this;
    const isDevice = inode.kind === 'character-device' || inode.kind === 'block-device';
    return {
      qid: this.qid(),
      mode: fileTypeBits[inode.kind] | inode.mode,
      uid: inode.uid,
      gid: inode.gid,
      nlink: this.tree.store.nlink(inode),
      major: isDevice ? inode.major : 0,
      minor: isDevice ? inode.minor : 0,
      size: inode.kind === 'file' ? inode.content.size : inode.kind === 'symlink' ? textBytes(inode.target).length : 0,
      allocated: inode.kind === 'file' ? inode.content.allocated : 0,
      atime: inode.atime,
      mtime: inode.mtime,
      ctime: inode.ctime,
    };
  }

  override walk(name: string): ServedNode {
    const directory = this.#directory();
    if (name === '.') return this;
    if (name === '..') {
      if (directory === this.tree.store.root) return this.tree.options.parent ?? this;
      const parent = this.tree.store.parent(directory);
      return this.#at(parent, parent.links[0]);
    }
    return this.#at(this.tree.store.lookup(directory, name), { directory, name });
  }

  override *list(offset: number): Iterable<ListedNode> {
    for (const [name, entry] of this.#directory().entries) {
      if (entry.offset <= offset) continue;
      const type = fileTypeBits[entry.inode.kind] >> 12;
      yield { name, qid: this.tree.qid(entry.inode), type, offset: entry.offset };
    }
  }

  override read(offset: number, count: number): Uint8Array {
    return this.#file().content.view(offset, count);
  }

  override readlink(): string {
    if (this.inode.kind !== 'symlink') throw new FileSystemError('EINVAL');
    return this.inode.target;
  }

  override xattrs(): ReadonlyMap<string, Uint8Array> | undefined {
    return this.inode.xattrs;
  }

  override capacity(): Capacity {
    const { byteLimit, inodeLimit, bytes, inodes } = this.tree.store;
    // Without a limit, say so much that nothing refuses to start, yet fits a 32-bit statfs.
    const total = Number.isFinite(byteLimit) ? byteLimit : bytes + 2 ** 40;
    return {
      bytes: total,
      freeBytes: Math.max(0, total - bytes),
      files: inodeLimit,
      freeFiles: Math.max(0, inodeLimit - inodes),
    };
  }

  override hold(): void {
    this.tree.store.hold(this.inode);
  }

  override release(): void {
    this.tree.store.release(this.inode);
  }

  override checkWritable(): void {
    if (this.inode.kind === 'directory') throw new FileSystemError('EISDIR');
  }

  override write(offset: number, bytes: Uint8Array, append: boolean): void {
    const file = this.#file();
    this.tree.store.write(file, append ? file.content.size : offset, bytes, 'guest');
  }

  override setAttributes(attributes: Attributes): void {
    this.tree.store.setAttributes(this.inode, attributes, 'guest');
  }

  override checkXattr(name: string, size: number, must: XattrMust): void {
    const exists = this.inode.xattrs?.has(name) ?? false;
    if (exists && must === 'create') throw new FileSystemError('EEXIST', name);
    if (!exists && must === 'replace') throw new FileSystemError('ENODATA', name);
    if (size > maximumXattrBytes) throw new FileSystemError('ENOSPC', name);
  }

  override setXattr(name: string, value: Uint8Array | undefined, must: XattrMust): void {
    this.tree.store.setXattr(this.inode, name, value, must, 'guest');
  }

  override create(name: string, what: NewInode, mode: number, user: User): ServedNode {
    const directory = this.#directory();
    const inode = this.tree.store.create(directory, name, what, mode, { origin: 'guest', ...user });
    return this.#at(inode, { directory, name });
  }

  override link(name: string, target: ServedNode): void {
    this.tree.store.link(this.#directory(), name, this.#same(target).inode, 'guest');
  }

  override unlink(name: string, directory: boolean): void {
    if (directory) this.tree.store.rmdir(this.#directory(), name, 'guest');
    else this.tree.store.unlink(this.#directory(), name, 'guest');
  }

  override rename(name: string, to: ServedNode, toName: string): void {
    this.tree.store.rename(this.#directory(), name, this.#same(to).#directory(), toName, 'guest');
  }

  override place(): { readonly directory: ServedNode; readonly name: string } {
    const found = this.#found;
    // The name may have been taken away or given to another file since; any name left will do then.
    const link =
      found !== undefined && found.directory.entries.get(found.name)?.inode === this.inode
        ? found
        : this.inode.links[0];
    if (link === undefined) throw new FileSystemError(this.inode === this.tree.store.root ? 'EBUSY' : 'ENOENT');
    return { directory: this.#at(link.directory, link.directory.links[0]), name: link.name };
  }

  #at(inode: Inode, found: { directory: DirectoryInode; name: string } | undefined): MemoryNode {
    return new MemoryNode(this.tree, inode, found);
  }

  #directory(): DirectoryInode {
    if (this.inode.kind !== 'directory') throw new FileSystemError('ENOTDIR');
    return this.inode;
  }

  #file(): FileInode {
    if (this.inode.kind !== 'file') throw new FileSystemError(this.isDirectory ? 'EISDIR' : 'EINVAL');
    return this.inode;
  }

  /** @throws FileSystemError EXDEV if the other node is of another export */
  #same(other: ServedNode): MemoryNode {
    if (!(other instanceof MemoryNode) || other.tree.store !== this.tree.store) throw new FileSystemError('EXDEV');
    return other;
  }
}
