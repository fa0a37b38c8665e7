import { breathe } from './breathe.ts';
import type { BoundedOutput } from './output.ts';

// Written here because what is published reads damaged data for ever, or without bound.

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const MAX_CODE = 20;
const GROUP = 50;
const CHUNK = 64 * 1024;

/**
 * bzip2, any number of streams, one after another (as pbzip2 writes them). Blocks and streams are held against their
 * checksums.
 * @throws Error for data that is damaged or cut short
 */
export async function bunzip2To(bytes: Uint8Array, output: BoundedOutput): Promise<void> {
  const input = new BitReader(bytes);
  do {
    if (input.read(24) !== 0x425a68) throw new Error(input.at > 3 ? 'trailing garbage' : 'not a bzip2 stream');
    const level = input.read(8) - 0x30;
    if (level < 1 || level > 9) throw new Error('invalid block size');
    const block = new Uint32Array(level * 100_000);
    let combined = 0;
    for (;;) {
      const magic = input.read(24) * 2 ** 24 + input.read(24);
      const checksum = input.read32();
      if (magic === END_MAGIC) {
        if (checksum !== combined) throw new Error('wrong checksum of a stream');
        break;
      }
      if (magic !== BLOCK_MAGIC) throw new Error('invalid block');
      const actual = writeBlock(block, readBlock(input, block), output);
      if (actual !== checksum) throw new Error('wrong checksum of a block');
      combined = ((combined << 1) | (combined >>> 31)) ^ actual;
      combined >>>= 0;
      await breathe();
    }
    input.alignToByte();
  } while (!input.atEnd);
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes taken so far. */
  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @param count 1 to 24 */
  read(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new Error('unexpected end of data');
      this.#at++;
      this.#bits = ((this.#bits & 0xffffff) << 8) | byte;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  read32(): number {
    return this.read(16) * 0x10000 + this.read(16);
  }

  alignToByte(): void {
    this.#count -= this.#count % 8;
  }
}

/** Canonical Huffman codes: of each length, the largest code, and where its symbols stand. */
interface CodeTable {
  readonly minimum: number;
  readonly limits: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

/** One block's bytes before the Burrows-Wheeler transform is undone, in the low bytes of `block`. */
function readBlock(input: BitReader, block: Uint32Array): { readonly length: number; readonly origin: number } {
  if (input.read(1) === 1) throw new Error('randomised blocks are not supported');
  const origin = input.read(24);
  const alphabet = readAlphabet(input);
  const tableCount = input.read(3);
  const selectorCount = input.read(15);
  if (tableCount < 2 || tableCount > 6 || selectorCount === 0) throw new Error('invalid block header');
  const selectors = readSelectors(input, selectorCount, tableCount);
  const endOfBlock = alphabet.length + 1;
  const tables = Array.from({ length: tableCount }, () => readTable(input, endOfBlock + 1));

  let length = 0;
  let run = 0;
  let runBit = 1;
  for (let group = 0; ; group++) {
    const table = tables[selectors[group] ?? -1];
    if (!table) throw new Error('invalid block: no more tables');
    for (let i = 0; i < GROUP; i++) {
      const symbol = readSymbol(input, table);
      if (symbol <= 1) {
        // Run lengths are written in bijective base 2.
        run += runBit << symbol;
        runBit <<= 1;
        if (run > block.length) throw new Error('invalid block: too long');
        continue;
      }
      if (run > 0) {
        if (length + run > block.length) throw new Error('invalid block: too long');
        block.fill(alphabet[0] ?? 0, length, length + run);
        length += run;
        run = 0;
        runBit = 1;
      }
      if (symbol === endOfBlock) {
        if (origin >= length) throw new Error('invalid block: origin out of range');
        return { length, origin };
      }
      if (length >= block.length) throw new Error('invalid block: too long');
      const value = alphabet[symbol - 1] ?? 0;
      alphabet.copyWithin(1, 0, symbol - 1);
      alphabet[0] = value;
      block[length++] = value;
    }
  }
}

function readAlphabet(input: BitReader): Uint8Array {
  const used: number[] = [];
  const rows = input.read(16);
  for (let row = 0; row < 16; row++) {
    if (!(rows & (0x8000 >> row))) continue;
    const columns = input.read(16);
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >> column)) used.push(row * 16 + column);
  }
  if (used.length === 0) throw new Error('invalid block: no symbols');
  return Uint8Array.from(used);
}

function readSelectors(input: BitReader, count: number, tables: number): Uint8Array {
  const order = Uint8Array.from({ length: tables }, (_, i) => i);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (input.read(1) === 1) if (++place >= tables) throw new Error('invalid table selector');
    const table = order[place] ?? 0;
    order.copyWithin(1, 0, place);
    order[0] = table;
    selectors[i] = table;
  }
  return selectors;
}

function readTable(input: BitReader, symbolCount: number): CodeTable {
  const lengths = new Uint8Array(symbolCount);
  let length = input.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_CODE) throw new Error('invalid code length');
      if (input.read(1) === 0) break;
      length += input.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const counts = new Int32Array(MAX_CODE + 2);
  for (const each of lengths) counts[each] = (counts[each] ?? 0) + 1;
  const limits = new Int32Array(MAX_CODE + 2).fill(-1);
  const offsets = new Int32Array(MAX_CODE + 2);
  const symbols = new Uint16Array(symbolCount);
  let code = 0;
  let index = 0;
  for (let bits = 1; bits <= MAX_CODE; bits++) {
    code <<= 1;
    offsets[bits] = index - code;
    for (let symbol = 0; symbol < symbolCount; symbol++) if (lengths[symbol] === bits) symbols[index++] = symbol;
    code += counts[bits] ?? 0;
    limits[bits] = code - 1;
  }
  return { minimum: Math.min(...lengths), limits, offsets, symbols };
}

function readSymbol(input: BitReader, { minimum, limits, offsets, symbols }: CodeTable): number {
  let code = input.read(minimum);
  for (let bits = minimum; bits <= MAX_CODE; bits++) {
    if (code <= (limits[bits] ?? -1)) {
      const symbol = symbols[code + (offsets[bits] ?? 0)];
      if (symbol !== undefined) return symbol;
    }
    code = (code << 1) | input.read(1);
  }
  throw new Error('invalid code');
}

/** Undoes the Burrows-Wheeler transform and the first run-length coding. Gives the block's checksum. */
function writeBlock(
  block: Uint32Array,
  { length, origin }: { readonly length: number; readonly origin: number },
  output: BoundedOutput,
): number {
  // Above each byte, the place of the byte that follows it in the original.
  const next = new Int32Array(256);
  for (let i = 0; i < length; i++) next[(block[i] ?? 0) & 0xff] = (next[(block[i] ?? 0) & 0xff] ?? 0) + 1;
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = next[byte] ?? 0;
    next[byte] = sum;
    sum += count;
  }
  for (let i = 0; i < length; i++) {
    const byte = (block[i] ?? 0) & 0xff;
    const place = next[byte] ?? 0;
    next[byte] = place + 1;
    block[place] = ((block[place] ?? 0) & 0xff) | (i << 8);
  }

  const chunk = new Uint8Array(CHUNK);
  let filled = 0;
  let crc = -1;
  let at = (block[origin] ?? 0) >>> 8;
  let previous = -1;
  let repeats = 0;
  for (let i = 0; i < length; i++) {
    const entry = block[at] ?? 0;
    at = entry >>> 8;
    const byte = entry & 0xff;
    let count = 1;
    let value = byte;
    if (repeats === 4) {
      // After four of the same, how many more.
      count = byte;
      value = previous;
      repeats = 0;
      previous = -1;
    } else {
      repeats = byte === previous ? repeats + 1 : 1;
      previous = byte;
    }
    for (; count > 0; count--) {
      chunk[filled++] = value;
      crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ value) & 0xff] ?? 0);
      if (filled === CHUNK) {
        output.add(chunk);
        filled = 0;
      }
    }
  }
  output.add(chunk.subarray(0, filled));
  return ~crc >>> 0;
}

/** CRC-32 with the highest bit first, as bzip2 has it. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
