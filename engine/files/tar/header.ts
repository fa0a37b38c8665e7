import { decodeText } from '../text.ts';

/**
 * The 512-byte header block (POSIX.1-1988 ustar; GNU and V7 are the same up to the magic).
 *
 * | field    | offset | length |   | field    | offset | length |
 * |----------|--------|--------|---|----------|--------|--------|
 * | name     | 0      | 100    |   | linkname | 157    | 100    |
 * | mode     | 100    | 8      |   | magic    | 257    | 8      |
 * | uid      | 108    | 8      |   | uname    | 265    | 32     |
 * | gid      | 116    | 8      |   | gname    | 297    | 32     |
 * | size     | 124    | 12     |   | devmajor | 329    | 8      |
 * | mtime    | 136    | 12     |   | devminor | 337    | 8      |
 * | checksum | 148    | 8      |   | prefix   | 345    | 155    |
 * | typeflag | 156    | 1      |   |          |        |        |
 */
export const BLOCK = 512;

const SPACE = 0x20;
const ZERO = 0x30;
const SEVEN = 0x37;

/** Bytes rounded up to whole blocks. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** A NUL-terminated (or full-width) text field. */
export function readText(block: Uint8Array, offset: number, length: number): string {
  let end = offset;
  while (end < offset + length && block[end] !== 0) end++;
  return decodeText(block.subarray(offset, end));
}

/**
 * A number field: octal digits between blanks, or GNU's base-256 (high bit set, two's complement, big endian), which is
 * how sizes over 8 GiB and times before 1970 are written. A blank field is 0. Undefined if it is neither, or more than a
 * double holds exactly.
 */
export function readNumber(block: Uint8Array, offset: number, length: number): number | undefined {
  const first = block[offset] ?? 0;
  if (first & 0x80) {
    // Bit 6 is the sign: a negative number starts with 0xff.
    let value = first & 0x40 ? (first & 0x7f) - 0x80 : first & 0x7f;
    for (let i = offset + 1; i < offset + length; i++) value = value * 256 + (block[i] ?? 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  let i = offset;
  const end = offset + length;
  while (i < end && (block[i] === SPACE || block[i] === 0)) i++;
  let value = 0;
  for (; i < end; i++) {
    const digit = block[i] ?? 0;
    if (digit === 0 || digit === SPACE) break;
    if (digit < ZERO || digit > SEVEN) return undefined;
    value = value * 8 + (digit - ZERO);
  }
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Sum of the header's bytes with the checksum field taken as blanks; both readings that exist in the wild. */
export function checksums(block: Uint8Array): { readonly unsigned: number; readonly signed: number } {
  let unsigned = 8 * SPACE;
  let negative = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = block[i] ?? 0;
    unsigned += byte;
    negative += byte >> 7;
  }
  for (let i = 148; i < 156; i++) {
    const byte = block[i] ?? 0;
    unsigned -= byte;
    negative -= byte >> 7;
  }
  return { unsigned, signed: unsigned - 256 * negative };
}

export function isZeroBlock(block: Uint8Array): boolean {
  for (let i = 0; i < BLOCK; i++) if (block[i] !== 0) return false;
  return true;
}
