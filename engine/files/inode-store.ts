import type { Change, ChangeListener, Origin } from './change.ts';
import { FileContent } from './content.ts';
import { FileSystemError } from './file-system-error.ts';
import type { DirectoryInode, FileInode, Inode, InodeBase, NewInode } from './inode.ts';
import { linkCount } from './inode.ts';
import type { Timestamp } from './timestamp.ts';
import { fromMilliseconds } from './timestamp.ts';

/** On whose behalf something is made: its owner, and the side that listeners are told. */
export interface Caller {
  readonly origin: Origin;
  readonly uid: number;
  readonly gid: number;
}

export interface Attributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** New length in bytes; files only. */
  readonly size?: number;
  readonly atime?: Timestamp | 'now';
  readonly mtime?: Timestamp | 'now';
}

export interface InodeStoreOptions {
  /** Most bytes of file content; more is ENOSPC. Default: as many as memory holds. */
  readonly byteLimit?: number;
  /** Most inodes; more is ENOSPC. Default: 1,000,000. */
  readonly inodeLimit?: number;
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** NAME_MAX of linux/limits.h, in bytes of UTF-8. */
const maximumNameBytes = 255;
/** As ext4's EXT4_LINK_MAX. */
const maximumLinks = 65_000;
/** XATTR_SIZE_MAX of linux/limits.h. */
export const maximumXattrBytes = 65_536;
const xattrNameLimit = 255;

/**
 * A mutable POSIX file system at the level of inodes, in memory and synchronous: what a file server needs. Who may do what
 * is not checked here; the Linux client does that. Every method throws {@link FileSystemError} and then has changed nothing.
 */
export class InodeStore {
  readonly root: DirectoryInode;
  readonly byteLimit: number;
  readonly inodeLimit: number;
  readonly #now: () => number;
  readonly #listeners = new Set<ChangeListener>();
  #lastNumber = 0;
  #inodes = 0;
  #bytes = 0;

  constructor(options: InodeStoreOptions = {}) {
    this.byteLimit = options.byteLimit ?? Number.POSITIVE_INFINITY;
    this.inodeLimit = options.inodeLimit ?? 1_000_000;
    this.#now = options.now ?? Date.now;
    this.root = this.#newInode({ kind: 'directory' }, 0o755, 0, 0) as DirectoryInode;
  }

  /** Bytes of file content held, holes at the end not counted. */
  get bytes(): number {
    return this.#bytes;
  }

  get inodes(): number {
    return this.#inodes;
  }

  subscribe(listener: ChangeListener): () => void {
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const own: ChangeListener = (change) => listener(change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Keeps an inode that may lose its name, as an open file does. */
  hold(inode: Inode): void {
    inode.holds += 1;
  }

  release(inode: Inode): void {
    inode.holds -= 1;
    this.#reclaim(inode);
  }

  nlink(inode: Inode): number {
    return linkCount(inode, inode === this.root);
  }

  /** @throws FileSystemError ENOENT */
  lookup(directory: DirectoryInode, name: string): Inode {
    const entry = directory.entries.get(name);
    if (entry === undefined) throw new FileSystemError('ENOENT', name);
    return entry.inode;
  }

  /** The directory that has this one; the root for the root and for one that was removed. */
  parent(directory: DirectoryInode): DirectoryInode {
    return directory.links[0]?.directory ?? this.root;
  }

  /** Absolute paths of an inode, one a name; none if it was unlinked. */
  paths(inode: Inode): string[] {
    if (inode === this.root) return ['/'];
    const paths: string[] = [];
    for (const link of inode.links) {
      const path = this.#pathIn(link.directory, link.name);
      if (path !== undefined) paths.push(path);
    }
    return paths;
  }

  /** @throws FileSystemError EEXIST, ENOENT (the directory was removed), EINVAL and ENAMETOOLONG (the name), ENOSPC */
  create(directory: DirectoryInode, name: string, what: NewInode, mode: number, caller: Caller): Inode {
    this.#checkNewName(directory, name);
    if (this.#inodes >= this.inodeLimit) throw new FileSystemError('ENOSPC', name);
    if (what.kind === 'file' && what.data) this.#checkSpace(what.data.length);
    const inode = this.#newInode(what, mode, caller.uid, caller.gid);
    this.#attach(directory, name, inode);
    this.#touch(directory, caller.origin);
    this.#emitAt(directory, name, 'created', caller.origin);
    return inode;
  }

  /** A second name for an inode. @throws FileSystemError as {@link create}; EPERM for a directory; EMLINK; ENOENT if it has no name left */
  link(directory: DirectoryInode, name: string, inode: Inode, origin: Origin): void {
    if (inode.kind === 'directory') throw new FileSystemError('EPERM', name);
    this.#checkNewName(directory, name);
    if (inode.links.length === 0) throw new FileSystemError('ENOENT', name);
    if (inode.links.length >= maximumLinks) throw new FileSystemError('EMLINK', name);
    this.#attach(directory, name, inode);
    this.#changed(inode, origin);
    this.#touch(directory, origin);
    this.#emitAt(directory, name, 'created', origin);
  }

  /** Removes a name that is not a directory's. @throws FileSystemError ENOENT, EISDIR */
  unlink(directory: DirectoryInode, name: string, origin: Origin): void {
    const inode = this.lookup(directory, name);
    if (inode.kind === 'directory') throw new FileSystemError('EISDIR', name);
    this.#detach(directory, name, inode, origin);
  }

  /** Removes an empty directory. @throws FileSystemError ENOENT, ENOTDIR, ENOTEMPTY */
  rmdir(directory: DirectoryInode, name: string, origin: Origin): void {
    const inode = this.lookup(directory, name);
    if (inode.kind !== 'directory') throw new FileSystemError('ENOTDIR', name);
    if (inode.entries.size > 0) throw new FileSystemError('ENOTEMPTY', name);
    this.#detach(directory, name, inode, origin);
  }

  /**
   * rename(2): replaces what has the new name in one step; does nothing if both names are one inode's.
   * @throws FileSystemError ENOENT, ENOTDIR, EISDIR, ENOTEMPTY, EINVAL (a directory into itself)
   */
  rename(from: DirectoryInode, fromName: string, to: DirectoryInode, toName: string, origin: Origin): void {
    const inode = this.lookup(from, fromName);
    this.#checkDirectory(to);
    checkName(toName);
    const replaced = to.entries.get(toName)?.inode;
    if (replaced === inode) return;
    if (inode.kind === 'directory') {
      for (let above: DirectoryInode | undefined = to; above; above = above.links[0]?.directory) {
        if (above === inode) throw new FileSystemError('EINVAL', toName);
      }
    }
    if (replaced !== undefined) {
      if (inode.kind === 'directory' && replaced.kind !== 'directory') throw new FileSystemError('ENOTDIR', toName);
      if (inode.kind !== 'directory' && replaced.kind === 'directory') throw new FileSystemError('EISDIR', toName);
      if (replaced.kind === 'directory' && replaced.entries.size > 0) throw new FileSystemError('ENOTEMPTY', toName);
      this.#unname(to, toName, replaced);
      this.#changed(replaced, origin);
    }
    this.#unname(from, fromName, inode);
    this.#attach(to, toName, inode);
    this.#changed(inode, origin);
    this.#touch(from, origin);
    if (to !== from) this.#touch(to, origin);
    if (replaced !== undefined) this.#reclaim(replaced);
    this.#emitAt(from, fromName, 'deleted', origin);
    this.#emitAt(to, toName, replaced === undefined ? 'created' : 'modified', origin);
  }

  /** @throws FileSystemError EFBIG, ENOSPC */
  write(inode: FileInode, offset: number, bytes: Uint8Array, origin: Origin): void {
    if (bytes.length === 0) return;
    const { content } = inode;
    const before = content.allocated;
    this.#checkSpace(content.allocatedAfter(offset + bytes.length) - before);
    content.write(offset, bytes);
    this.#bytes += content.allocated - before;
    inode.mtime = this.#timestamp();
    this.#changed(inode, origin);
    this.#emit(inode, 'modified', origin);
  }

  /** Gives a file other bytes, which are kept, not copied, and must not change. @throws FileSystemError ENOSPC */
  replaceContent(inode: FileInode, bytes: Uint8Array, origin: Origin): void {
    const before = inode.content.allocated;
    this.#checkSpace(bytes.length - before);
    inode.content.replace(bytes);
    this.#bytes += bytes.length - before;
    inode.mtime = this.#timestamp();
    this.#changed(inode, origin);
    this.#emit(inode, 'modified', origin);
  }

  /** @throws FileSystemError EISDIR and EINVAL (a size for something else than a file), EFBIG */
  setAttributes(inode: Inode, attributes: Attributes, origin: Origin): void {
    const now = this.#timestamp();
    if (attributes.size !== undefined) {
      if (inode.kind !== 'file') throw new FileSystemError(inode.kind === 'directory' ? 'EISDIR' : 'EINVAL');
      const before = inode.content.allocated;
      inode.content.truncate(attributes.size);
      this.#bytes += inode.content.allocated - before;
      inode.mtime = now;
    }
    if (attributes.mode !== undefined) inode.mode = attributes.mode & 0o7777;
    if (attributes.uid !== undefined) inode.uid = attributes.uid;
    if (attributes.gid !== undefined) inode.gid = attributes.gid;
    if (attributes.atime !== undefined) inode.atime = attributes.atime === 'now' ? now : attributes.atime;
    if (attributes.mtime !== undefined) inode.mtime = attributes.mtime === 'now' ? now : attributes.mtime;
    this.#changed(inode, origin);
    this.#emit(inode, 'modified', origin);
  }

  /**
   * Sets an extended attribute, or removes it if `value` is undefined.
   * @throws FileSystemError EEXIST (`create` and it is there), ENODATA (`replace` or removal and it is not), ERANGE (a bad name), ENOSPC (too large)
   */
  setXattr(
    inode: Inode,
    name: string,
    value: Uint8Array | undefined,
    must: 'create' | 'replace' | undefined,
    origin: Origin,
  ): void {
    const exists = inode.xattrs?.has(name) ?? false;
    if (name === '' || name.length > xattrNameLimit) throw new FileSystemError('ERANGE', name);
    if (exists && must === 'create') throw new FileSystemError('EEXIST', name);
    if (!exists && (must === 'replace' || value === undefined)) throw new FileSystemError('ENODATA', name);
    if (value !== undefined && value.length > maximumXattrBytes) throw new FileSystemError('ENOSPC', name);
    const xattrs = new Map(inode.xattrs);
    if (value === undefined) xattrs.delete(name);
    else xattrs.set(name, value);
    inode.xattrs = xattrs;
    this.#changed(inode, origin);
    this.#emit(inode, 'modified', origin);
  }

  #newInode(what: NewInode, mode: number, uid: number, gid: number): Inode {
    const now = this.#timestamp();
    this.#lastNumber += 1;
    this.#inodes += 1;
    const base: InodeBase = {
      number: this.#lastNumber,
      mode: mode & 0o7777,
      uid,
      gid,
      atime: now,
      mtime: what.mtime ?? now,
      ctime: now,
      xattrs: what.xattrs,
      links: [],
      holds: 0,
      version: 0,
      hostVersion: 0,
      snapshot: undefined,
    };
    if (what.kind === 'file') {
      const content = new FileContent(what.data);
      this.#bytes += content.allocated;
      return { kind: 'file', ...base, content };
    }
    if (what.kind === 'directory') {
      return { kind: 'directory', ...base, entries: new Map(), nextOffset: 1, subdirectories: 0 };
    }
    if (what.kind === 'symlink') return { kind: 'symlink', ...base, target: what.target };
    if (!('major' in what)) return { kind: what.kind, ...base };
    return { kind: what.kind, ...base, major: what.major, minor: what.minor };
  }

  #timestamp(): Timestamp {
    return fromMilliseconds(this.#now());
  }

  #checkSpace(more: number): void {
    if (more > 0 && this.#bytes + more > this.byteLimit) throw new FileSystemError('ENOSPC');
  }

  #checkDirectory(directory: DirectoryInode): void {
    if (directory !== this.root && directory.links.length === 0) throw new FileSystemError('ENOENT');
  }

  #checkNewName(directory: DirectoryInode, name: string): void {
    this.#checkDirectory(directory);
    if (name === '.' || name === '..' || directory.entries.has(name)) throw new FileSystemError('EEXIST', name);
    checkName(name);
  }

  #attach(directory: DirectoryInode, name: string, inode: Inode): void {
    directory.entries.set(name, { inode, offset: directory.nextOffset });
    directory.nextOffset += 1;
    if (inode.kind === 'directory') directory.subdirectories += 1;
    inode.links.push({ directory, name });
  }

  #unname(directory: DirectoryInode, name: string, inode: Inode): void {
    directory.entries.delete(name);
    if (inode.kind === 'directory') directory.subdirectories -= 1;
    const index = inode.links.findIndex((link) => link.directory === directory && link.name === name);
    inode.links.splice(index, 1);
  }

  #detach(directory: DirectoryInode, name: string, inode: Inode, origin: Origin): void {
    this.#unname(directory, name, inode);
    this.#changed(inode, origin);
    this.#touch(directory, origin);
    this.#reclaim(inode);
    this.#emitAt(directory, name, 'deleted', origin);
  }

  /** Gives back what an inode takes once nothing can reach it any more. */
  #reclaim(inode: Inode): void {
    if (inode.links.length > 0 || inode.holds > 0 || inode === this.root) return;
    this.#inodes -= 1;
    if (inode.kind !== 'file') return;
    this.#bytes -= inode.content.allocated;
    inode.content.truncate(0);
  }

  #changed(inode: Inode, origin: Origin): void {
    inode.ctime = this.#timestamp();
    inode.version = (inode.version + 1) >>> 0;
    if (origin === 'host') inode.hostVersion = (inode.hostVersion + 1) >>> 0;
    inode.snapshot = undefined;
  }

  #touch(directory: DirectoryInode, origin: Origin): void {
    directory.mtime = this.#timestamp();
    this.#changed(directory, origin);
  }

  #pathIn(directory: DirectoryInode, name: string): string | undefined {
    let path = `/${name}`;
    for (let above = directory; above !== this.root; ) {
      const link = above.links[0];
      if (link === undefined) return undefined;
      path = `/${link.name}${path}`;
      above = link.directory;
    }
    return path;
  }

  #emit(inode: Inode, kind: Change['kind'], origin: Origin): void {
    if (this.#listeners.size === 0) return;
    for (const path of this.paths(inode)) this.#tell({ path, kind, origin });
  }

  #emitAt(directory: DirectoryInode, name: string, kind: Change['kind'], origin: Origin): void {
    if (this.#listeners.size === 0) return;
    const path = this.#pathIn(directory, name);
    if (path !== undefined) this.#tell({ path, kind, origin });
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // A listener's bug must neither fail the guest's system call nor be hidden.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

const encoder = new TextEncoder();

function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new FileSystemError('EINVAL', name);
  }
  // A UTF-16 unit takes at most three bytes, so short names need no encoding.
  if (name.length * 3 > maximumNameBytes && encoder.encode(name).length > maximumNameBytes) {
    throw new FileSystemError('ENAMETOOLONG', name);
  }
}
