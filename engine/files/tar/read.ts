import { NO_DATA, type TarEntry, type TarEntryType } from './entry.ts';
import { TarError } from './error.ts';
import { BLOCK, checksums, decodeText, isZeroBlock, padded, readNumber, readText } from './header.ts';
import { type PaxRecords, parsePax, paxNumber, paxText, paxXattrs } from './pax.ts';

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
};

const NO_RECORDS: PaxRecords = new Map();

/** A header as written, before extensions. */
interface RawHeader {
  readonly offset: number;
  readonly typeflag: string;
  readonly size: number;
  readonly block: Uint8Array;
  readonly magic: string;
}

/**
 * Reads a whole uncompressed archive: V7, ustar, GNU (long names, base-256 numbers) and PAX, with global headers.
 * File contents are views of `bytes`. An archive may end at a block boundary without its two zero blocks.
 * @throws TarError `invalid-header`, `truncated`, `unsupported` (sparse members, multi-volume archives)
 */
export function readTar(bytes: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  let global: PaxRecords = NO_RECORDS;
  let local: PaxRecords | undefined;
  let longName: string | undefined;
  let longLink: string | undefined;
  let at = 0;

  while (at < bytes.length) {
    const header = readHeader(bytes, at);
    if (!header) break;
    const start = at + BLOCK;

    if (header.typeflag === 'x' || header.typeflag === 'g') {
      const records = parsePax(slice(bytes, start, header.size, at), at);
      if (header.typeflag === 'g') global = new Map([...global, ...records]);
      else local = records;
      at = start + padded(header.size);
    } else if (header.typeflag === 'L' || header.typeflag === 'K') {
      const text = readText(slice(bytes, start, header.size, at), 0, header.size);
      if (header.typeflag === 'L') longName = text;
      else longLink = text;
      at = start + padded(header.size);
    } else {
      const records = local ? new Map([...global, ...local]) : global;
      const { entry, size } = toEntry(bytes, header, records, longName, longLink);
      if (entry) entries.push(entry);
      at = start + padded(size);
      local = longName = longLink = undefined;
    }
  }
  if (local || longName !== undefined || longLink !== undefined) {
    throw new TarError('truncated', 'unexpected end of archive after an extended header', at);
  }
  return entries;
}

/** Undefined at the end of the archive. */
function readHeader(bytes: Uint8Array, offset: number): RawHeader | undefined {
  const block = slice(bytes, offset, BLOCK, offset);
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

function slice(bytes: Uint8Array, start: number, length: number, offset: number): Uint8Array {
  if (start + length > bytes.length) throw new TarError('truncated', 'unexpected end of archive', offset);
  return bytes.subarray(start, start + length);
}

/** The member and how many bytes of data follow its header; no member for GNU volume labels. */
function toEntry(
  bytes: Uint8Array,
  header: RawHeader,
  records: PaxRecords,
  longName: string | undefined,
  longLink: string | undefined,
): { readonly entry?: TarEntry; readonly size: number } {
  const { block, offset, typeflag, magic } = header;
  if (typeflag === 'V') return { size: header.size };
  if (typeflag === 'M') throw new TarError('unsupported', 'multi-volume archives are not supported', offset);
  if (typeflag === 'S' || records.has('GNU.sparse.major') || records.has('GNU.sparse.map')) {
    throw new TarError('unsupported', 'sparse files in archives are not supported', offset);
  }

  const name = paxText(records, 'path') ?? longName ?? headerName(block, magic);
  // POSIX: a type nobody knows is read as a regular file.
  let type = TYPES[typeflag] ?? 'file';
  // V7 had no directory type: a trailing slash said it.
  if (type === 'file' && typeflag !== '7' && name.endsWith('/')) type = 'directory';
  const size = type === 'file' ? (paxNumber(records, 'size', offset) ?? header.size) : 0;
  const number = (at: number, length: number, what: string): number => {
    const value = readNumber(block, at, length);
    if (value === undefined) throw new TarError('invalid-header', `invalid tar header: bad ${what}`, offset);
    return value;
  };
  const isLink = type === 'hard-link' || type === 'symlink';
  const isDevice = type === 'character-device' || type === 'block-device';
  const hasNames = magic.startsWith('ustar');
  const userName = paxText(records, 'uname') ?? (hasNames ? readText(block, 265, 32) : '');
  const groupName = paxText(records, 'gname') ?? (hasNames ? readText(block, 297, 32) : '');
  const xattrs = paxXattrs(records);
  const entry: TarEntry = {
    name,
    type,
    mode: number(100, 8, 'mode') & 0o7777,
    uid: paxNumber(records, 'uid', offset) ?? number(108, 8, 'uid'),
    gid: paxNumber(records, 'gid', offset) ?? number(116, 8, 'gid'),
    mtime: paxNumber(records, 'mtime', offset) ?? number(136, 12, 'mtime'),
    data: size > 0 ? slice(bytes, offset + BLOCK, size, offset) : NO_DATA,
    ...(isLink ? { linkName: paxText(records, 'linkpath') ?? longLink ?? readText(block, 157, 100) } : {}),
    ...(isDevice ? { major: number(329, 8, 'device'), minor: number(337, 8, 'device') } : {}),
    ...(userName ? { userName } : {}),
    ...(groupName ? { groupName } : {}),
    ...(xattrs ? { xattrs } : {}),
  };
  // A GNU dump directory carries a listing that means nothing here.
  return { entry, size: typeflag === 'D' ? header.size : size };
}

function headerName(block: Uint8Array, magic: string): string {
  const name = readText(block, 0, 100);
  // GNU's magic is `ustar ` with a blank, and keeps times where ustar has the prefix.
  const prefix = magic === 'ustar' && decodeText(block.subarray(263, 265)) === '00' ? readText(block, 345, 155) : '';
  return prefix ? `${prefix}/${name}` : name;
}
