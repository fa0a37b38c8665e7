import { decodeText, textBytes } from '../text.ts';
import { NO_DATA, type TarEntry, type TarEntryType } from './entry.ts';
import { TarError } from './error.ts';
import { BLOCK, checksums, isZeroBlock, padded, readNumber, readText } from './header.ts';
import { type PaxRecord, type PaxRecords, parsePax, paxInteger, paxNumber, paxText, paxXattrs } from './pax.ts';
import { fillSparse, isSparse, oldSparse, paxSparse, sparseName } from './sparse.ts';

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  D: 'directory',
  S: 'file',
};

/** As much as Go's archive/tar, and so Docker, reads of one extended header. */
const MAX_EXTENSION = 1 << 20;
/** Linux's PATH_MAX, NAME_MAX: what no path of a file can exceed. */
const MAX_PATH = 4095;
const MAX_NAME = 255;
const MAX_ID = 2 ** 32 - 1;

export interface ReadTarOptions {
  /** Bytes that sparse files may have together, holes included: they take memory that the archive does not show. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 2 ** 30;

/** A header as written, before extensions. */
export interface RawHeader {
  readonly offset: number;
  readonly typeflag: string;
  readonly size: number;
  readonly block: Uint8Array;
  readonly magic: string;
}

/** What extended headers say of the next member. */
interface Extensions {
  list: readonly PaxRecord[];
  longName?: string;
  longLink?: string;
  /** Offset of the first such header. */
  from?: number;
}

/** All members of an archive. See {@link tarEntries}. */
export function readTar(bytes: Uint8Array, options?: ReadTarOptions): TarEntry[] {
  return [...tarEntries(bytes, options)];
}

/**
 * Reads a whole uncompressed archive: V7, ustar, GNU (long names, base-256 numbers, sparse files) and PAX, with global
 * headers. File contents are views of `bytes`, but for those of sparse files. An archive may end at a block boundary
 * without its two zero blocks, and whatever follows these is not looked at.
 * @throws TarError `invalid-header`, `truncated`, `invalid-path` for names that no file can have, `too-large`,
 *   `unsupported` for types of members nobody knows, and archives of several volumes
 */
export function* tarEntries(bytes: Uint8Array, { limit = DEFAULT_LIMIT }: ReadTarOptions = {}): Generator<TarEntry> {
  let global: readonly PaxRecord[] = [];
  let extensions: Extensions = { list: [] };
  let sparseLeft = limit;
  let at = 0;
  while (at < bytes.length) {
    const header = readHeader(bytes, at);
    if (!header) break;
    const { typeflag } = header;
    if ('xgXLK'.includes(typeflag)) {
      const data = extension(bytes, header);
      extensions.from ??= at;
      if (typeflag === 'g') {
        // A global header does not belong to the next member.
        if (extensions.from === at) delete extensions.from;
        global = [...global, ...parsePax(data, at)];
      } else if (typeflag === 'L') extensions.longName = readText(data, 0, data.length);
      else if (typeflag === 'K') extensions.longLink = readText(data, 0, data.length);
      else extensions.list = parsePax(data, at);
      at += BLOCK + padded(header.size);
      continue;
    }
    const { entry, end } = toEntry(bytes, header, global, extensions, sparseLeft);
    if (entry) yield entry;
    if (entry && entry.data.buffer !== bytes.buffer) sparseLeft -= entry.data.length;
    at = end;
    extensions = { list: [] };
  }
  if (extensions.from !== undefined) {
    throw new TarError('truncated', 'unexpected end of archive after an extended header', extensions.from);
  }
}

/** Undefined at the end of the archive. */
export function readHeader(bytes: Uint8Array, offset: number): RawHeader | undefined {
  const block = slice(bytes, offset, BLOCK, offset, 'a header');
  if (isZeroBlock(block)) {
    const next = bytes.subarray(offset + BLOCK, offset + 2 * BLOCK);
    if (next.length < BLOCK || isZeroBlock(next)) return undefined;
    throw new TarError('invalid-header', 'invalid tar header: a lone zero block', offset);
  }
  const { unsigned, signed } = checksums(block);
  const checksum = readNumber(block, 148, 8);
  if (checksum === undefined || (checksum !== unsigned && checksum !== signed)) {
    throw new TarError('invalid-header', 'invalid tar header: wrong checksum', offset);
  }
  const size = readNumber(block, 124, 12);
  if (size === undefined || size < 0) throw new TarError('invalid-header', 'invalid tar header: bad size', offset);
  return { offset, typeflag: String.fromCharCode(block[156] ?? 0), size, block, magic: readText(block, 257, 6) };
}

/** @throws TarError for an extended header that is larger than any needs to be */
export function checkExtension({ offset, size }: RawHeader): void {
  if (size <= MAX_EXTENSION) return;
  throw new TarError('invalid-header', `an extended header of ${size} bytes is too large`, offset);
}

/** What an extended header holds. @throws TarError */
export function extension(bytes: Uint8Array, header: RawHeader): Uint8Array {
  const { offset, size } = header;
  checkExtension(header);
  return slice(bytes, offset + BLOCK, size, offset, 'an extended header');
}

/** @param what to call it in an error; a member's name is `{ name }` */
function slice(
  bytes: Uint8Array,
  start: number,
  length: number,
  offset: number,
  what: string | { readonly name: string },
): Uint8Array {
  if (start + length > bytes.length) {
    const there = Math.max(0, bytes.length - start);
    const called = typeof what === 'string' ? what : show(what.name);
    throw new TarError('truncated', `unexpected end of archive: ${called} has ${there} of ${length} bytes`, offset);
  }
  return bytes.subarray(start, start + length);
}

/** Bytes behind a member's header. Docker (Go's archive/tar) takes none for other types, whatever size they say. */
export function storedSize(typeflag: string, size: number): number {
  return '0\x007SDV'.includes(typeflag) ? size : 0;
}

/** The member and where the next header is; no member for GNU volume labels. */
function toEntry(
  bytes: Uint8Array,
  header: RawHeader,
  global: readonly PaxRecord[],
  { list, longName, longLink }: Extensions,
  sparseLimit: number,
): { readonly entry?: TarEntry; readonly end: number } {
  const { block, offset, typeflag, magic } = header;
  const start = offset + BLOCK;
  if (typeflag === 'V') return { end: start + padded(storedSize(typeflag, header.size)) };
  const records: PaxRecords = new Map(global.length > 0 ? [...global, ...list] : list);
  const sparse = isSparse(typeflag, records);
  const name =
    (sparse ? sparseName(records) : undefined) ?? paxText(records, 'path') ?? longName ?? headerName(block, magic);
  checkPath(name, offset);
  const fields = new MemberFields(header, records, name);
  if (typeflag === 'M') throw fields.fail('unsupported', 'archives of several volumes are not supported');
  let type = TYPES[typeflag];
  if (!type) throw fields.fail('unsupported', `unhandled tar header type ${JSON.stringify(typeflag)}`);
  // V7 had no directory type: a trailing slash said it.
  if (type === 'file' && typeflag !== '7' && name.endsWith('/')) type = 'directory';

  const stored = storedSize(typeflag, paxInteger(records, 'size', offset) ?? header.size);
  if (stored < 0) throw fields.fail('invalid-header', 'bad size');
  let data = NO_DATA;
  let end = start + padded(stored);
  if (type === 'file' && sparse) {
    const file =
      typeflag === 'S'
        ? oldSparse(bytes, offset)
        : paxSparse(list, records, slice(bytes, start, stored, offset, { name }), offset);
    if (file.size > sparseLimit) {
      throw fields.fail('too-large', `a sparse file of ${file.size} bytes is more than this engine unpacks`);
    }
    data = fillSparse(bytes, file, offset);
    if (typeflag === 'S') end = file.dataAt + padded(stored);
  } else if (type === 'file' && stored > 0) {
    data = slice(bytes, start, stored, offset, { name });
  }
  const mtime = paxNumber(records, 'mtime', offset) ?? fields.number(136, 12, 'mtime');
  if (Math.abs(mtime) > Number.MAX_SAFE_INTEGER) throw fields.fail('invalid-header', 'bad mtime');
  const isLink = type === 'hard-link' || type === 'symlink';
  const linkName = isLink ? (paxText(records, 'linkpath') ?? longLink ?? readText(block, 157, 100)) : undefined;
  if (linkName === '' || (linkName && linkName.length > MAX_PATH)) {
    throw fields.fail('invalid-header', 'bad link name');
  }
  const isDevice = type === 'character-device' || type === 'block-device';
  const hasNames = magic.startsWith('ustar');
  const userName = paxText(records, 'uname') ?? (hasNames ? readText(block, 265, 32) : '');
  const groupName = paxText(records, 'gname') ?? (hasNames ? readText(block, 297, 32) : '');
  const xattrs = paxXattrs(records);
  const entry: TarEntry = {
    name,
    type,
    mode: fields.natural(100, 8, 'mode') & 0o7777,
    uid: fields.id('uid', 108),
    gid: fields.id('gid', 116),
    mtime,
    data,
    ...(linkName === undefined ? {} : { linkName }),
    ...(isDevice
      ? { major: fields.natural(329, 8, 'device number'), minor: fields.natural(337, 8, 'device number') }
      : {}),
    ...(userName ? { userName } : {}),
    ...(groupName ? { groupName } : {}),
    ...(xattrs ? { xattrs } : {}),
  };
  return { entry, end };
}

/** Numbers of one member's header, with errors that name it. */
class MemberFields {
  readonly #header: RawHeader;
  readonly #records: PaxRecords;
  readonly #name: string;

  constructor(header: RawHeader, records: PaxRecords, name: string) {
    this.#header = header;
    this.#records = records;
    this.#name = name;
  }

  fail(code: 'invalid-header' | 'unsupported' | 'too-large', why: string): TarError {
    return new TarError(code, `${show(this.#name)}: ${why}`, this.#header.offset);
  }

  number(at: number, length: number, what: string): number {
    const value = readNumber(this.#header.block, at, length);
    if (value === undefined) throw this.fail('invalid-header', `bad ${what}`);
    return value;
  }

  natural(at: number, length: number, what: string): number {
    const value = this.number(at, length, what);
    if (value < 0) throw this.fail('invalid-header', `bad ${what}`);
    return value;
  }

  id(key: 'uid' | 'gid', at: number): number {
    const value = paxInteger(this.#records, key, this.#header.offset) ?? this.number(at, 8, key);
    // Some write 65534 and the like as numbers below zero, of 32 bits.
    const unsigned = value < 0 ? value + MAX_ID + 1 : value;
    if (unsigned < 0 || unsigned > MAX_ID) throw this.fail('invalid-header', `bad ${key}`);
    return unsigned;
  }
}

/** @throws TarError `invalid-path` for what Linux would refuse to make a file of */
function checkPath(name: string, offset: number): void {
  if (name === '') throw new TarError('invalid-path', 'a member without a name', offset);
  // Shorter ones cannot be too long, however they are encoded.
  if (name.length * 3 <= MAX_NAME) return;
  if (name.length > MAX_PATH || name.split('/').some((segment) => textBytes(segment).length > MAX_NAME)) {
    throw new TarError('invalid-path', `${show(name)}: File name too long`, offset);
  }
}

/** A name in an error message. */
function show(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name);
}

function headerName(block: Uint8Array, magic: string): string {
  const name = readText(block, 0, 100);
  // GNU's magic is `ustar ` with a blank, and keeps times where ustar has the prefix.
  const prefix = magic === 'ustar' && decodeText(block.subarray(263, 265)) === '00' ? readText(block, 345, 155) : '';
  return prefix ? `${prefix}/${name}` : name;
}
