import type { FileContent } from './content.ts';
import type { FileNode } from './node.ts';
import type { Timestamp } from './timestamp.ts';

/** A name that leads to an inode. */
export interface Link {
  readonly directory: DirectoryInode;
  readonly name: string;
}

/** What every mutable inode carries. Only {@link InodeStore} changes it. */
export interface InodeBase {
  /** Unique in its file system and never used again; the root has 1. */
  readonly number: number;
  /** Permission bits with setuid, setgid and sticky: 0o0000 to 0o7777. */
  mode: number;
  uid: number;
  gid: number;
  atime: Timestamp;
  mtime: Timestamp;
  ctime: Timestamp;
  xattrs: ReadonlyMap<string, Uint8Array> | undefined;
  /** Names of this inode. Several for hard links, none once it is unlinked. A directory has at most one; the root none. */
  readonly links: Link[];
  /** How many handles keep it alive when it has no name. */
  holds: number;
  /** Counts changes of content or metadata, modulo 2^32. */
  version: number;
  /** Counts those that came from the host, modulo 2^32. */
  hostVersion: number;
  /** The immutable form, if nothing has changed since it was made. Not for directories. */
  snapshot: FileNode | undefined;
}

export interface FileInode extends InodeBase {
  readonly kind: 'file';
  readonly content: FileContent;
}

export interface DirectoryEntry {
  readonly inode: Inode;
  /** Position of this entry for readdir: above that of every entry made before it in this directory. */
  readonly offset: number;
}

export interface DirectoryInode extends InodeBase {
  readonly kind: 'directory';
  /** In order of `offset`. */
  readonly entries: Map<string, DirectoryEntry>;
  nextOffset: number;
  /** How many of the entries are directories; each adds to the link count. */
  subdirectories: number;
}

export interface SymlinkInode extends InodeBase {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface DeviceInode extends InodeBase {
  readonly kind: 'character-device' | 'block-device';
  readonly major: number;
  readonly minor: number;
}

export interface PlainInode extends InodeBase {
  readonly kind: 'fifo' | 'socket';
}

export type Inode = FileInode | DirectoryInode | SymlinkInode | DeviceInode | PlainInode;

/** What distinguishes a new inode: its kind, and what belongs to the kind. Bytes are kept, not copied. */
export type NewInode = { readonly mtime?: Timestamp; readonly xattrs?: ReadonlyMap<string, Uint8Array> } & (
  | { readonly kind: 'file'; readonly data?: Uint8Array }
  | { readonly kind: 'directory' | 'fifo' | 'socket' }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: DeviceInode['kind']; readonly major: number; readonly minor: number }
);

/** The link count as stat gives it. */
export function linkCount(inode: Inode, isRoot: boolean): number {
  if (inode.kind !== 'directory') return inode.links.length;
  return inode.links.length > 0 || isRoot ? 2 + inode.subdirectories : 0;
}
