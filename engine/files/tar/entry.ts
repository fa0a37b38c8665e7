export type TarEntryType =
  | 'file'
  | 'hard-link'
  | 'symlink'
  | 'character-device'
  | 'block-device'
  | 'directory'
  | 'fifo';

/** One member of an archive, with every long-name and PAX extension already applied. */
export interface TarEntry {
  /** As it stands in the archive: may start with `./` or `/`; directories usually end in `/`. */
  readonly name: string;
  readonly type: TarEntryType;
  /** Permission bits with setuid, setgid and sticky: 0o0000 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch; a fraction when the archive has one. */
  readonly mtime: number;
  /** Contents of a `file`; empty for every other type. Read entries give a view of the archive, not a copy. */
  readonly data: Uint8Array;
  /** Target of a `symlink`, or the member name that a `hard-link` repeats. */
  readonly linkName?: string;
  readonly userName?: string;
  readonly groupName?: string;
  /** Devices only. */
  readonly major?: number;
  readonly minor?: number;
  /** From and to PAX `SCHILY.xattr.NAME` records. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

export const NO_DATA: Uint8Array = new Uint8Array(0);
