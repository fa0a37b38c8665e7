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

/** What a constructor below fills in where nothing is said: root's, and as old as the epoch, so that equal trees are equal. */
export type PartialMetadata = Partial<Metadata>;

const metadata = (mode: number, given: PartialMetadata | undefined): Metadata => ({
  mode,
  uid: 0,
  gid: 0,
  mtime: 0,
  ...given,
});

/** A directory (mode 0755 unless given) of these children: a map, pairs, or a plain object by name. */
export function directory(
  children: Iterable<readonly [string, FileNode]> | Readonly<Record<string, FileNode>> = [],
  given?: PartialMetadata,
): Directory {
  const entries = isIterable(children) ? children : Object.entries(children);
  return { kind: 'directory', ...metadata(0o755, given), children: new Map(entries) };
}

function isIterable<T>(value: Iterable<T> | object): value is Iterable<T> {
  return Symbol.iterator in value;
}

const encoder = new TextEncoder();

/** A regular file (mode 0644 unless given). Text becomes UTF-8; bytes are kept, not copied, and must not change. */
export function file(data: Uint8Array | string = '', given?: PartialMetadata): RegularFile {
  return {
    kind: 'file',
    ...metadata(0o644, given),
    data: typeof data === 'string' ? encoder.encode(data) : data,
  };
}

/** A symbolic link; its mode is always 0777, as on Linux. */
export function symlink(target: string, given?: Omit<PartialMetadata, 'mode'>): Symlink {
  return { kind: 'symlink', ...metadata(0o777, given), target };
}

/** A device node (mode 0600 unless given). */
export function device(kind: Device['kind'], major: number, minor: number, given?: PartialMetadata): Device {
  return { kind, ...metadata(0o600, given), major, minor };
}

/** A named pipe (mode 0644 unless given). */
export function fifo(given?: PartialMetadata): Fifo {
  return { kind: 'fifo', ...metadata(0o644, given) };
}
