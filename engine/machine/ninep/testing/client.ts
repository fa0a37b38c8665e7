import { messageType, noTag } from '../protocol.ts';

/** An Rlerror, with Linux's error number. */
export class ErrorReply extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`Rlerror ${errno}`);
    this.errno = errno;
  }
}

type Field = { readonly width: 1 | 2 | 4 | 8; readonly value: bigint } | { readonly raw: Uint8Array };

export const u8 = (value: number): Field => ({ width: 1, value: BigInt(value) });
export const u16 = (value: number): Field => ({ width: 2, value: BigInt(value) });
export const u32 = (value: number): Field => ({ width: 4, value: BigInt(value) });
export const u64 = (value: number | bigint): Field => ({ width: 8, value: BigInt(value) });
export const raw = (bytes: Uint8Array): Field => ({ raw: bytes });
export const text = (value: string | Uint8Array): readonly Field[] => {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return [u16(bytes.length), raw(bytes)];
};

/** A message, written apart from the server's own writer so that one checks the other. */
export function message(type: number, tag: number, fields: readonly (Field | readonly Field[])[]): Uint8Array {
  const bytes: number[] = [0, 0, 0, 0, type, tag & 0xff, tag >> 8];
  for (const field of fields.flat()) {
    if ('raw' in field) for (const byte of field.raw) bytes.push(byte);
    else
      for (let index = 0n; index < field.width; index += 1n) bytes.push(Number((field.value >> (8n * index)) & 0xffn));
  }
  const encoded = Uint8Array.from(bytes);
  new DataView(encoded.buffer).setUint32(0, encoded.length, true);
  return encoded;
}

export interface WireQid {
  readonly type: number;
  readonly version: number;
  readonly path: bigint;
}

/** Reads a reply's fields. */
export class Reply {
  readonly bytes: Uint8Array;
  #at = 7;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get left(): number {
    return this.bytes.length - this.#at;
  }
  #number(width: number): bigint {
    let value = 0n;
    for (let index = 0; index < width; index += 1) {
      const byte = this.bytes[this.#at + index];
      if (byte === undefined) throw new Error('reply too short');
      value |= BigInt(byte) << BigInt(8 * index);
    }
    this.#at += width;
    return value;
  }
  u8(): number {
    return Number(this.#number(1));
  }
  u16(): number {
    return Number(this.#number(2));
  }
  u32(): number {
    return Number(this.#number(4));
  }
  u64(): bigint {
    return this.#number(8);
  }
  raw(count: number): Uint8Array {
    if (count > this.left) throw new Error('reply too short');
    this.#at += count;
    return this.bytes.subarray(this.#at - count, this.#at);
  }
  text(): string {
    return new TextDecoder().decode(this.raw(this.u16()));
  }
  qid(): WireQid {
    return { type: this.u8(), version: this.u32(), path: this.u64() };
  }
}

export interface WireAttributes {
  readonly qid: WireQid;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: bigint;
  readonly rdev: bigint;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly atime: readonly [bigint, bigint];
  readonly mtime: readonly [bigint, bigint];
  readonly ctime: readonly [bigint, bigint];
}

export interface WireEntry {
  readonly name: string;
  readonly qid: WireQid;
  readonly offset: bigint;
  readonly type: number;
}

export const rootFid = 0;
const noFid = 0xffffffff;

/** A tiny 9P2000.L client for tests: a method a message, with fids given out in order. */
export class TestClient {
  readonly #handle: (request: Uint8Array) => Uint8Array;
  #lastFid = 0;
  #lastTag = 0;

  constructor(handle: (request: Uint8Array) => Uint8Array) {
    this.#handle = handle;
  }

  /** Negotiates and attaches fid 0. */
  static attached(handle: (request: Uint8Array) => Uint8Array, { messageSize = 1 << 20, uid = 0 } = {}): TestClient {
    const client = new TestClient(handle);
    client.version(messageSize);
    client.attach(rootFid, { uid });
    return client;
  }

  call(type: number, ...fields: (Field | readonly Field[])[]): Reply {
    this.#lastTag = type === messageType.Tversion ? noTag : (this.#lastTag + 1) % noTag;
    const bytes = this.#handle(message(type, this.#lastTag, fields));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0, true) !== bytes.length) throw new Error('reply with a wrong size');
    if (view.getUint16(5, true) !== this.#lastTag) throw new Error('reply with a wrong tag');
    const reply = new Reply(bytes);
    if (bytes[4] === messageType.Rlerror) throw new ErrorReply(reply.u32());
    if (bytes[4] !== type + 1) throw new Error(`reply of type ${bytes[4]} to ${type}`);
    return reply;
  }

  version(messageSize: number, version = '9P2000.L'): { messageSize: number; version: string } {
    const reply = this.call(messageType.Tversion, u32(messageSize), text(version));
    return { messageSize: reply.u32(), version: reply.text() };
  }

  attach(fid: number, { uid = 0, path = '' } = {}): WireQid {
    return this.call(messageType.Tattach, u32(fid), u32(noFid), text('root'), text(path), u32(uid)).qid();
  }

  /** The qids of a walk; `to` is a fid only if there are as many as names. */
  walkTo(from: number, to: number, names: readonly (string | Uint8Array)[]): WireQid[] {
    const reply = this.call(messageType.Twalk, u32(from), u32(to), u16(names.length), ...names.map(text));
    return Array.from({ length: reply.u16() }, () => reply.qid());
  }

  /** A new fid for a path below a fid. */
  walk(path: string, from = rootFid): number {
    const names = path.split('/').filter((name) => name !== '');
    this.#lastFid += 1;
    const walked = this.walkTo(from, this.#lastFid, names);
    if (walked.length < names.length) throw new ErrorReply(2);
    return this.#lastFid;
  }

  clunk(fid: number): void {
    this.call(messageType.Tclunk, u32(fid));
  }

  open(path: string, flags = 0): number {
    const fid = this.walk(path);
    this.call(messageType.Tlopen, u32(fid), u32(flags));
    return fid;
  }

  /** A new open file; gives its fid. */
  create(directory: string, name: string | Uint8Array, { mode = 0o100644, flags = 0o2, gid = 0 } = {}): number {
    const fid = this.walk(directory);
    this.call(messageType.Tlcreate, u32(fid), text(name), u32(flags), u32(mode), u32(gid));
    return fid;
  }

  read(fid: number, offset: number | bigint, count: number): Uint8Array {
    const reply = this.call(messageType.Tread, u32(fid), u64(offset), u32(count));
    const bytes = reply.raw(reply.u32());
    if (reply.left !== 0) throw new Error('bytes after the data');
    return bytes;
  }

  write(fid: number, offset: number | bigint, data: Uint8Array | string): number {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    return this.call(messageType.Twrite, u32(fid), u64(offset), u32(bytes.length), raw(bytes)).u32();
  }

  readFile(path: string): string {
    const fid = this.open(path);
    const data = new TextDecoder().decode(this.read(fid, 0, 1 << 20));
    this.clunk(fid);
    return data;
  }

  writeFile(directory: string, name: string, data: string): void {
    const fid = this.create(directory, name);
    this.write(fid, 0, data);
    this.clunk(fid);
  }

  getattr(fid: number): WireAttributes {
    const reply = this.call(messageType.Tgetattr, u32(fid), u64(0x7ff));
    if (reply.u64() !== 0x7ffn) throw new Error('not all statistics');
    const attributes = {
      qid: reply.qid(),
      mode: reply.u32(),
      uid: reply.u32(),
      gid: reply.u32(),
      nlink: reply.u64(),
      rdev: reply.u64(),
      size: reply.u64(),
    };
    reply.u64();
    const blocks = reply.u64();
    const time = (): readonly [bigint, bigint] => [reply.u64(), reply.u64()];
    const times = { atime: time(), mtime: time(), ctime: time() };
    reply.raw(32);
    if (reply.left !== 0) throw new Error('bytes after the attributes');
    return { ...attributes, blocks, ...times };
  }

  stat(path: string): WireAttributes {
    const fid = this.walk(path);
    try {
      return this.getattr(fid);
    } finally {
      this.clunk(fid);
    }
  }

  setattr(
    fid: number,
    valid: number,
    { mode = 0, uid = 0, gid = 0, size = 0n, atime = [0n, 0n], mtime = [0n, 0n] } = {},
  ): void {
    const times = [...atime, ...mtime].map((value) => u64(value));
    this.call(messageType.Tsetattr, u32(fid), u32(valid), u32(mode), u32(uid), u32(gid), u64(size), times);
  }

  entries(fid: number, offset: bigint, count: number): WireEntry[] {
    const reply = this.call(messageType.Treaddir, u32(fid), u64(offset), u32(count));
    const length = reply.u32();
    if (reply.left !== length || length > count) throw new Error('wrong count of entry bytes');
    const entries: WireEntry[] = [];
    while (reply.left > 0) {
      const qid = reply.qid();
      entries.push({ qid, offset: reply.u64(), type: reply.u8(), name: reply.text() });
    }
    return entries;
  }

  /** All names in a directory but the dots. */
  names(path: string): string[] {
    const fid = this.open(path);
    const names: string[] = [];
    for (let offset = 0n; ; ) {
      const entries = this.entries(fid, offset, 4096);
      const last = entries.at(-1);
      if (last === undefined) break;
      offset = last.offset;
      for (const { name } of entries) if (name !== '.' && name !== '..') names.push(name);
    }
    this.clunk(fid);
    return names;
  }

  mkdir(directory: string, name: string, mode = 0o755): WireQid {
    const fid = this.walk(directory);
    return this.call(messageType.Tmkdir, u32(fid), text(name), u32(mode), u32(0)).qid();
  }

  symlink(directory: string, name: string, target: string): void {
    this.call(messageType.Tsymlink, u32(this.walk(directory)), text(name), text(target), u32(0));
  }

  readlink(path: string): string {
    return this.call(messageType.Treadlink, u32(this.walk(path))).text();
  }

  mknod(directory: string, name: string, mode: number, major = 0, minor = 0): void {
    const fid = this.walk(directory);
    this.call(messageType.Tmknod, u32(fid), text(name), u32(mode), u32(major), u32(minor), u32(0));
  }

  link(target: string, directory: string, name: string): void {
    this.call(messageType.Tlink, u32(this.walk(directory)), u32(this.walk(target)), text(name));
  }

  rename(fromDirectory: string, fromName: string, toDirectory: string, toName: string): void {
    const [from, to] = [this.walk(fromDirectory), this.walk(toDirectory)];
    this.call(messageType.Trenameat, u32(from), text(fromName), u32(to), text(toName));
  }

  unlink(directory: string, name: string, flags = 0): void {
    this.call(messageType.Tunlinkat, u32(this.walk(directory)), text(name), u32(flags));
  }

  getxattr(path: string, name: string): Uint8Array {
    const fid = this.walk(path);
    this.#lastFid += 1;
    const size = this.call(messageType.Txattrwalk, u32(fid), u32(this.#lastFid), text(name)).u64();
    const value = this.read(this.#lastFid, 0, 1 << 17);
    this.clunk(this.#lastFid);
    if (BigInt(value.length) !== size) throw new Error('attribute of another size than said');
    return value;
  }

  setxattr(path: string, name: string, value: string, flags = 0): void {
    const fid = this.walk(path);
    const bytes = new TextEncoder().encode(value);
    this.call(messageType.Txattrcreate, u32(fid), text(name), u64(bytes.length), u32(flags));
    if (bytes.length > 0) this.write(fid, 0, bytes);
    this.clunk(fid);
  }
}
