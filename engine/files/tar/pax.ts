import { decodeText, textBytes } from '../text.ts';
import { TarError } from './error.ts';

/** One record of a PAX extended header. The value is bytes: those of xattrs need not be text. */
export type PaxRecord = readonly [key: string, value: Uint8Array];

/** By key, the last record of each: what POSIX says of repeated ones. */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

const XATTR = 'SCHILY.xattr.';
/** Values of these cannot have a NUL: they end up where it would end the text. */
const TEXTS: readonly string[] = ['path', 'linkpath', 'uname', 'gname'];

/**
 * Records `LENGTH KEY=VALUE\n` (POSIX.1-2001 pax, "pax Extended Header"); LENGTH counts the whole record.
 * @throws TarError `invalid-header`
 */
export function parsePax(bytes: Uint8Array, offset: number): PaxRecord[] {
  const records: PaxRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 || space - at > 10 ? '' : decodeText(bytes.subarray(at, space));
    const end = at + Number(digits);
    const equals = space < 0 ? -1 : bytes.indexOf(0x3d, space);
    if (!/^\d+$/.test(digits) || end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a) {
      throw new TarError('invalid-header', 'malformed PAX record', offset);
    }
    const key = decodeText(bytes.subarray(space + 1, equals));
    const value = bytes.subarray(equals + 1, end - 1);
    if (key === '' || (TEXTS.includes(key) && value.includes(0))) {
      throw new TarError('invalid-header', `malformed PAX record ${key}`, offset);
    }
    records.push([key, value]);
    at = end;
  }
  return records;
}

/** An empty value in a PAX record takes back what a global header said. */
export function paxText(records: PaxRecords, key: string): string | undefined {
  const value = records.get(key);
  return value && value.length > 0 ? decodeText(value) : undefined;
}

/** @throws TarError `invalid-header` if the record is there and no decimal number */
export function paxNumber(records: PaxRecords, key: string, offset: number): number | undefined {
  const text = paxText(records, key);
  if (text === undefined) return undefined;
  const value = /^-?\d+(\.\d*)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new TarError('invalid-header', `PAX ${key} is not a number`, offset);
  return value;
}

/** @throws TarError `invalid-header` if the record is there and no whole number that a double holds exactly */
export function paxInteger(records: PaxRecords, key: string, offset: number): number | undefined {
  const value = paxNumber(records, key, offset);
  if (value !== undefined && !Number.isSafeInteger(value)) {
    throw new TarError('invalid-header', `PAX ${key} is not a whole number`, offset);
  }
  return value;
}

export function paxXattrs(records: PaxRecords): ReadonlyMap<string, Uint8Array> | undefined {
  let found: Map<string, Uint8Array> | undefined;
  for (const [key, value] of records) {
    if (!key.startsWith(XATTR) || key.length === XATTR.length) continue;
    found ??= new Map();
    found.set(key.slice(XATTR.length), value);
  }
  return found;
}

/** Builds an extended header's data, records in the order they are added. */
export class PaxWriter {
  readonly #records: Uint8Array[] = [];
  #size = 0;

  add(key: string, value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? textBytes(value) : value;
    const name = textBytes(key);
    // The length counts its own digits, so a longer number may need one more.
    const rest = name.length + bytes.length + 3;
    let length = rest + String(rest).length;
    if (String(length).length !== String(rest).length) length = rest + String(length).length;
    const record = new Uint8Array(length);
    const digits = textBytes(`${length} `);
    record.set(digits);
    record.set(name, digits.length);
    record[digits.length + name.length] = 0x3d;
    record.set(bytes, digits.length + name.length + 1);
    record[length - 1] = 0x0a;
    this.#records.push(record);
    this.#size += length;
  }

  addXattrs(xattrs: ReadonlyMap<string, Uint8Array>): void {
    for (const name of [...xattrs.keys()].sort()) {
      const value = xattrs.get(name);
      if (value) this.add(XATTR + name, value);
    }
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const record of this.#records) {
      all.set(record, at);
      at += record.length;
    }
    return all;
  }
}
