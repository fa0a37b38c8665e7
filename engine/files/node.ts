/**
 * POSIX file trees as immutable values: what layers, build contexts and the 9P server are made of.
 * A hard link is the same {@link RegularFile} object under two names.
 */

/** What every inode carries, whatever its kind. */
export interface Metadata {
  /** Permission bits with setuid, setgid and sticky: 0o0000 to 0o7777. The file type is in `kind`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Modification time in seconds since the epoch; may have a fraction. */
  readonly mtime: number;
  /** Extended attributes by full name (`user.x`, `security.capability`). */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

export interface RegularFile extends Metadata {
  readonly kind: 'file';
  readonly data: Uint8Array;
}

export interface Directory extends Metadata {
  readonly kind: 'directory';
  /** By name, never `.`, `..`, empty or with a slash. */
  readonly children: ReadonlyMap<string, FileNode>;
}

export interface Symlink extends Metadata {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface Device extends Metadata {
  readonly kind: 'character-device' | 'block-device';
  readonly major: number;
  readonly minor: number;
}

export interface Fifo extends Metadata {
  readonly kind: 'fifo';
}

export type FileNode = RegularFile | Directory | Symlink | Device | Fifo;
