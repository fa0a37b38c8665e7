/**
 * Numbers of 9P2000.L as Linux's client speaks it (include/net/9p/9p.h, Linux 6.1; the protocol page of diod). A reply's
 * type is its request's plus one.
 */
export const messageType = {
  Rlerror: 7,
  Tstatfs: 8,
  Tlopen: 12,
  Tlcreate: 14,
  Tsymlink: 16,
  Tmknod: 18,
  Trename: 20,
  Treadlink: 22,
  Tgetattr: 24,
  Tsetattr: 26,
  Txattrwalk: 30,
  Txattrcreate: 32,
  Treaddir: 40,
  Tfsync: 50,
  Tlock: 52,
  Tgetlock: 54,
  Tlink: 70,
  Tmkdir: 72,
  Trenameat: 74,
  Tunlinkat: 76,
  Tversion: 100,
  Tauth: 102,
  Tattach: 104,
  Tflush: 108,
  Twalk: 110,
  Tread: 116,
  Twrite: 118,
  Tclunk: 120,
  Tremove: 122,
} as const;

/** size[4] type[1] tag[2] */
export const headerBytes = 7;
/** Header and count[4] of Rread and Rreaddir. */
export const readHeaderBytes = headerBytes + 4;
/** The tag of a message that answers none. */
export const noTag = 0xffff;
/** Most components in one Twalk. */
export const maximumWalk = 16;

export const qidType = { directory: 0x80, symlink: 0x02, file: 0x00 } as const;

/** Flags of Tlopen and Tlcreate: P9_DOTL_*. */
export const openFlag = { accessMode: 0o3, writeOnly: 0o1, readWrite: 0o2, truncate: 0o1000, append: 0o2000 } as const;

/** Bits of Tsetattr's `valid`: P9_ATTR_*. */
export const setAttribute = {
  mode: 1 << 0,
  uid: 1 << 1,
  gid: 1 << 2,
  size: 1 << 3,
  atime: 1 << 4,
  mtime: 1 << 5,
  atimeSet: 1 << 7,
  mtimeSet: 1 << 8,
} as const;

/** P9_STATS_BASIC: everything `stat` shows, all that a server without birth times and generations can tell. */
export const basicStatistics = 0x7ff;

/** Flag of Tunlinkat: the name is a directory's. */
export const removeDirectory = 0x200;

/** Flags of Txattrcreate, those of setxattr(2). */
export const xattrFlag = { create: 1, replace: 2 } as const;

/** Statuses of Rlock. */
export const lockStatus = { success: 0 } as const;
/** Lock types of Tlock and Tgetlock. */
export const lockType = { unlock: 2 } as const;

/** The type bits of a mode: S_IF*. */
export const fileTypeBits = {
  mask: 0o170000,
  socket: 0o140000,
  symlink: 0o120000,
  file: 0o100000,
  'block-device': 0o060000,
  directory: 0o040000,
  'character-device': 0o020000,
  fifo: 0o010000,
} as const;
