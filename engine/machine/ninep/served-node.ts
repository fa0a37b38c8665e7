import { FileSystemError } from '../../files/file-system-error.ts';
import type { NewInode } from '../../files/inode.ts';
import type { Attributes } from '../../files/inode-store.ts';
import type { Timestamp } from '../../files/timestamp.ts';

/** The server's identity of a file, 13 bytes on the wire: type[1] version[4] path[8]. */
export interface Qid {
  readonly type: number;
  /** Linux with a cache takes a changed version for another file, and reads it anew. */
  readonly version: number;
  /** Unique in the server; the guest makes inode numbers of it. */
  readonly path: number;
}

/** What Rgetattr carries. */
export interface NodeAttributes {
  readonly qid: Qid;
  /** With the file type's bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly major: number;
  readonly minor: number;
  readonly size: number;
  /** Bytes that take room; `st_blocks` comes from it. */
  readonly allocated: number;
  readonly atime: Timestamp;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
}

export interface ListedNode {
  readonly name: string;
  readonly qid: Qid;
  /** `d_type` of readdir: the type bits of the mode, shifted right by 12. */
  readonly type: number;
  /** Where the listing goes on after this entry. */
  readonly offset: number;
}

/** What Rstatfs carries of an export. Sizes in bytes. */
export interface Capacity {
  readonly bytes: number;
  readonly freeBytes: number;
  readonly files: number;
  readonly freeFiles: number;
}

/** Who made a fid: owner of what it creates. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * What a fid stands for: a file, directory or other node of something the server exports. Methods throw
 * {@link FileSystemError}. This base class answers for what cannot be changed and has nothing special.
 */
export abstract class ServedNode {
  abstract readonly isDirectory: boolean;
  abstract qid(): Qid;
  abstract attributes(): NodeAttributes;

  /** An entry by its name; `..` is the parent. @throws ENOENT, ENOTDIR */
  abstract walk(name: string): ServedNode;

  /** Entries behind an offset, without `.` and `..`; 0 for the beginning. Offsets stay good while the directory changes. */
  abstract list(offset: number): Iterable<ListedNode>;

  /** A view of bytes of a file, good until the next change. @throws EISDIR, EINVAL */
  read(_offset: number, _count: number): Uint8Array {
    throw new FileSystemError(this.isDirectory ? 'EISDIR' : 'EINVAL');
  }

  readlink(): string {
    throw new FileSystemError('EINVAL');
  }

  xattrs(): ReadonlyMap<string, Uint8Array> | undefined {
    return undefined;
  }

  abstract capacity(): Capacity;

  /** A fid now stands for this node; {@link release} when it no longer does. */
  hold(): void {}
  release(): void {}

  /** Asked before a file is opened for writing. */
  checkWritable(): void {
    throw readOnly();
  }

  /** @param append at the end, wherever `offset` is */
  write(_offset: number, _bytes: Uint8Array, _append: boolean): void {
    throw readOnly();
  }

  setAttributes(_attributes: Attributes): void {
    throw readOnly();
  }

  /** Checks as setxattr(2) does whether {@link setXattr} would do. */
  checkXattr(_name: string, _size: number, _must: XattrMust): void {
    throw readOnly();
  }

  setXattr(_name: string, _value: Uint8Array | undefined, _must: XattrMust): void {
    throw readOnly();
  }

  create(_name: string, _what: NewInode, _mode: number, _user: User): ServedNode {
    throw readOnly();
  }

  link(_name: string, _target: ServedNode): void {
    throw readOnly();
  }

  unlink(_name: string, _directory: boolean): void {
    throw readOnly();
  }

  rename(_name: string, _to: ServedNode, _toName: string): void {
    throw readOnly();
  }

  /** The directory and name this node was found by, for Trename and Tremove, which name only a fid. */
  place(): { readonly directory: ServedNode; readonly name: string } {
    throw readOnly();
  }
}

export type XattrMust = 'create' | 'replace' | undefined;

const readOnly = (): FileSystemError => new FileSystemError('EROFS');
