import { decodeText } from '../text.ts';
import { TarError } from './error.ts';
import { BLOCK, padded, readNumber } from './header.ts';
import { type PaxRecord, type PaxRecords, paxInteger, paxText } from './pax.ts';

// GNU tar's manual, "Storing Sparse Files", has the four forms.

/** A stretch of a sparse file that is in the archive; everything else of the file is zeros. */
interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** What a member says of a sparse file. */
export interface SparseFile {
  /** Bytes of the file, holes included. */
  readonly size: number;
  readonly extents: readonly Extent[];
  /** Where the extents' bytes begin in the archive, one behind the other. */
  readonly dataAt: number;
}

/** Whether a member is sparse, in GNU's old form (type `S`) or one of those with PAX records. */
export function isSparse(typeflag: string, records: PaxRecords): boolean {
  return typeflag === 'S' || [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
}

/** The name that the newer forms keep beside a made-up one for readers that know no sparse files. */
export function sparseName(records: PaxRecords): string | undefined {
  return paxText(records, 'GNU.sparse.name');
}

/**
 * Old form: four extents and the file's size in the header, and more in blocks behind it.
 *
 * | in the header | offset | length |   | in a further block | offset | length |
 * |---------------|--------|--------|---|--------------------|--------|--------|
 * | extents       | 386    | 4 x 24 |   | extents            | 0      | 21 x 24|
 * | more follow   | 482    | 1      |   | more follow        | 504    | 1      |
 * | size          | 483    | 12     |   |                    |        |        |
 * @throws TarError `invalid-header`, `truncated`
 */
export function oldSparse(bytes: Uint8Array, offset: number): SparseFile {
  const extents: Extent[] = [];
  const take = (at: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      const extent = at + i * 24;
      if (bytes[extent] === 0) return;
      extents.push({ offset: field(bytes, extent, offset), length: field(bytes, extent + 12, offset) });
    }
  };
  take(offset + 386, 4);
  let dataAt = offset + BLOCK;
  for (let more = bytes[offset + 482]; more; dataAt += BLOCK) {
    if (dataAt + BLOCK > bytes.length) throw new TarError('truncated', 'unexpected end of archive', offset);
    take(dataAt, 21);
    more = bytes[dataAt + 504];
  }
  return { size: field(bytes, offset + 483, offset), extents, dataAt };
}

function field(bytes: Uint8Array, at: number, offset: number): number {
  const value = readNumber(bytes, at, 12);
  if (value === undefined || value < 0) throw invalid(offset);
  return value;
}

/**
 * The forms 0.0 (a record for each number), 0.1 (one record with all) and 1.0 (numbers before the data).
 * @param stored bytes that the member has in the archive, behind its header at `offset`
 * @throws TarError `invalid-header`, `unsupported` for a form that is newer
 */
export function paxSparse(
  list: readonly PaxRecord[],
  records: PaxRecords,
  stored: Uint8Array,
  offset: number,
): SparseFile {
  const major = paxInteger(records, 'GNU.sparse.major', offset);
  const minor = paxInteger(records, 'GNU.sparse.minor', offset);
  const dataAt = offset + BLOCK;
  if (major === 1 && minor === 0) {
    const size = paxInteger(records, 'GNU.sparse.realsize', offset);
    if (size === undefined) throw invalid(offset);
    const { numbers, length } = numbersBefore(stored, offset);
    return { size, extents: pairs(numbers, offset), dataAt: dataAt + length };
  }
  if ((major ?? 0) !== 0) {
    throw new TarError('unsupported', `sparse files of form ${major}.${minor} are not supported`, offset);
  }
  const size = paxInteger(records, 'GNU.sparse.size', offset) ?? paxInteger(records, 'GNU.sparse.realsize', offset);
  if (size === undefined) throw invalid(offset);
  const map = paxText(records, 'GNU.sparse.map');
  const texts =
    map === undefined
      ? list
          .filter(([key]) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
          .map(([, value]) => decodeText(value))
      : map.split(',');
  return {
    size,
    extents: pairs(
      texts.map((text) => decimal(text, offset)),
      offset,
    ),
    dataAt,
  };
}

/** Form 1.0: a count and as many pairs, each number on a line of its own, filled up to whole blocks. */
function numbersBefore(stored: Uint8Array, offset: number): { readonly numbers: number[]; readonly length: number } {
  let at = 0;
  const next = (): number => {
    const end = stored.indexOf(0x0a, at);
    if (end < 0 || end - at > 20) throw invalid(offset);
    const number = decimal(decodeText(stored.subarray(at, end)), offset);
    at = end + 1;
    return number;
  };
  const count = next();
  // Two digits and two line ends are the least that an extent takes.
  if (count > stored.length / 4) throw invalid(offset);
  const numbers = Array.from({ length: count * 2 }, next);
  return { numbers, length: padded(at) };
}

function decimal(text: string, offset: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw invalid(offset);
  return value;
}

function pairs(numbers: readonly number[], offset: number): Extent[] {
  if (numbers.length % 2 !== 0) throw invalid(offset);
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    offset: numbers[2 * i] ?? 0,
    length: numbers[2 * i + 1] ?? 0,
  }));
}

/**
 * The whole file, holes filled with zeros.
 * @throws TarError `invalid-header` for extents that overlap or lie beyond the file, `truncated`
 */
export function fillSparse(bytes: Uint8Array, { size, extents, dataAt }: SparseFile, offset: number): Uint8Array {
  if (size < 0) throw invalid(offset);
  let from = dataAt;
  let end = 0;
  for (const extent of extents) {
    if (extent.offset < end || extent.offset + extent.length > size) throw invalid(offset);
    end = extent.offset + extent.length;
    from += extent.length;
  }
  if (from > bytes.length) throw new TarError('truncated', 'unexpected end of archive', offset);
  const data = new Uint8Array(size);
  from = dataAt;
  for (const extent of extents) {
    data.set(bytes.subarray(from, from + extent.length), extent.offset);
    from += extent.length;
  }
  return data;
}

function invalid(offset: number): TarError {
  return new TarError('invalid-header', 'invalid map of a sparse file', offset);
}
