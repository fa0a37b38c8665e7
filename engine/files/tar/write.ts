import type { TarEntry, TarEntryType } from './entry.ts';
import { TarError } from './error.ts';
import { BLOCK, checksums, padded } from './header.ts';
import { PaxWriter } from './pax.ts';

const TYPEFLAGS: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};

/** Bytes that are no UTF-8, as `text.ts` keeps them. */
const ESCAPED = /[\udc80-\udcff]/u;
const MAX_ID = 0o7777777;
const MAX_SIZE = 0o77777777777;

/** What goes into one header block. */
interface Fields {
  readonly name: string;
  readonly prefix: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly typeflag: string;
  readonly linkName: string;
  readonly userName: string;
  readonly groupName: string;
  readonly major: number;
  readonly minor: number;
}

/** Two zero blocks end an archive. */
const END = new Uint8Array(2 * BLOCK);

/**
 * Writes ustar, with a PAX extended header before a member only when ustar cannot hold it. The same entries always give
 * the same bytes. Ends with two zero blocks and no more padding, as Go's archive/tar (so Docker's layers) does.
 * @throws TarError `unsupported` for device numbers that ustar cannot hold, `invalid-path` for names that no file can have
 */
export function writeTar(entries: Iterable<TarEntry>): Uint8Array {
  const parts = [...tarParts(entries)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The same in pieces, contents not copied. */
export function* tarParts(entries: Iterable<TarEntry>): Generator<Uint8Array> {
  for (const entry of entries) {
    yield tarHeader(entry);
    if (entry.type === 'file' && entry.data.length > 0) {
      yield entry.data;
      const padding = padded(entry.data.length) - entry.data.length;
      if (padding > 0) yield END.subarray(0, padding);
    }
  }
  yield END;
}

/** The same as a body, each piece made when it is asked for. */
export function tarBody(entries: Iterable<TarEntry>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const parts = tarParts(entries);
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const next = parts.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What goes before a member's contents: one block, and before it those of an extended header where one is needed. */
export function tarHeader(entry: TarEntry): Uint8Array {
  const { fields, pax } = toHeader(entry);
  const records = pax.bytes();
  const extended = records.length > 0 ? BLOCK + padded(records.length) : 0;
  const bytes = new Uint8Array(extended + BLOCK);
  if (extended > 0) {
    writeHeader(bytes.subarray(0, BLOCK), paxFields(fields.name, records.length));
    bytes.set(records, BLOCK);
  }
  writeHeader(bytes.subarray(extended), fields);
  return bytes;
}

function toHeader(entry: TarEntry): { readonly fields: Fields; readonly pax: PaxWriter } {
  const pax = new PaxWriter();
  const linkName = entry.linkName ?? '';
  if (entry.name === '' || `${entry.name}${linkName}`.includes('\0')) {
    throw new TarError('invalid-path', `invalid name for an archive: ${JSON.stringify(entry.name)}`);
  }
  // POSIX pax: texts are UTF-8 unless this says that they are bytes. bsdtar insists on it.
  if (ESCAPED.test(entry.name + linkName)) pax.add('hdrcharset', 'BINARY');
  const split = splitName(entry.name);
  if (!split) pax.add('path', entry.name);
  const linkFits = isAscii(linkName) && linkName.length <= 100;
  if (!linkFits) pax.add('linkpath', linkName);
  const size = entry.type === 'file' ? entry.data.length : 0;
  if (size > MAX_SIZE) pax.add('size', String(size));
  const uid = idField(entry, 'uid', pax);
  const gid = idField(entry, 'gid', pax);
  const mtimeFits = Number.isInteger(entry.mtime) && entry.mtime >= 0 && entry.mtime <= MAX_SIZE;
  if (!mtimeFits) pax.add('mtime', timeText(entry.mtime));
  const userName = nameField('uname', entry.userName, pax);
  const groupName = nameField('gname', entry.groupName, pax);
  if (entry.xattrs) pax.addXattrs(entry.xattrs);
  const major = entry.major ?? 0;
  const minor = entry.minor ?? 0;
  if (major > MAX_ID || minor > MAX_ID) throw new TarError('unsupported', `device number too large: ${entry.name}`);
  const fields: Fields = {
    name: split?.name ?? asciiTail(entry.name),
    prefix: split?.prefix ?? '',
    mode: entry.mode & 0o7777,
    uid,
    gid,
    size: Math.min(size, MAX_SIZE),
    mtime: mtimeFits ? entry.mtime : Math.min(Math.max(0, Math.floor(entry.mtime)), MAX_SIZE),
    typeflag: TYPEFLAGS[entry.type],
    linkName: linkFits ? linkName : asciiTail(linkName),
    userName,
    groupName,
    major,
    minor,
  };
  return { fields, pax };
}

function idField(entry: TarEntry, key: 'uid' | 'gid', pax: PaxWriter): number {
  const value = entry[key];
  if (value >= 0 && value <= MAX_ID) return value;
  pax.add(key, String(value));
  return 0;
}

function nameField(key: 'uname' | 'gname', value: string | undefined, pax: PaxWriter): string {
  if (value === undefined || (isAscii(value) && value.length <= 31)) return value ?? '';
  pax.add(key, value);
  return '';
}

function paxFields(name: string, size: number): Fields {
  const base = name.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return {
    name: `PaxHeaders.0/${base}`.slice(0, 100),
    prefix: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size,
    mtime: 0,
    typeflag: 'x',
    linkName: '',
    userName: '',
    groupName: '',
    major: 0,
    minor: 0,
  };
}

/** Where ustar can cut the name: at a slash, 155 bytes before it and 100 after. Undefined if it cannot hold it. */
function splitName(name: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!isAscii(name)) return undefined;
  if (name.length <= 100) return { name, prefix: '' };
  // A directory's own trailing slash is no place to cut.
  const from = name.endsWith('/') ? name.length - 2 : name.length - 1;
  const cut = name.lastIndexOf('/', Math.min(from, 155));
  if (cut <= 0 || name.length - cut - 1 > 100) return undefined;
  return { name: name.slice(cut + 1), prefix: name.slice(0, cut) };
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL ends a header field, so it too needs PAX
  return /^[\x01-\x7f]*$/.test(text);
}

/** Stands in the header beside a PAX record, for readers that know no PAX. */
function asciiTail(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '_').slice(0, 100);
}

/** PAX times are decimal seconds; at most nanoseconds. */
function timeText(seconds: number): string {
  return Number.isInteger(seconds) ? String(seconds) : seconds.toFixed(9).replace(/0+$/, '');
}

function writeHeader(block: Uint8Array, fields: Fields): void {
  putText(block, 0, fields.name);
  putOctal(block, 100, 8, fields.mode);
  putOctal(block, 108, 8, fields.uid);
  putOctal(block, 116, 8, fields.gid);
  putOctal(block, 124, 12, fields.size);
  putOctal(block, 136, 12, fields.mtime);
  putText(block, 156, fields.typeflag);
  putText(block, 157, fields.linkName);
  putText(block, 257, 'ustar');
  putText(block, 263, '00');
  putText(block, 265, fields.userName);
  putText(block, 297, fields.groupName);
  putOctal(block, 329, 8, fields.major);
  putOctal(block, 337, 8, fields.minor);
  putText(block, 345, fields.prefix);
  putOctal(block, 148, 7, checksums(block).unsigned);
  putText(block, 154, '\0 ');
}

function putText(block: Uint8Array, offset: number, value: string): void {
  for (let i = 0; i < value.length; i++) block[offset + i] = value.charCodeAt(i);
}

/** Octal, zero-filled, with a closing NUL. */
function putOctal(block: Uint8Array, offset: number, length: number, value: number): void {
  let rest = value;
  for (let i = offset + length - 2; i >= offset; i--) {
    block[i] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}
