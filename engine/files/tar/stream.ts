import type { ByteReader } from '../byte-reader.ts';
import type { TarEntry } from './entry.ts';
import { TarError } from './error.ts';
import { BLOCK, isZeroBlock, padded } from './header.ts';
import { parsePax, paxInteger } from './pax.ts';
import { checkExtension, extension, type ReadTarOptions, readHeader, storedSize, tarEntries } from './read.ts';

const DEFAULT_LIMIT = 2 ** 30;

/**
 * The members of an uncompressed archive as they come. Each has memory of its own, so that the archive is never there as
 * a whole, and a member that is kept keeps no other. Reads the stream to its end.
 * @param options.limit bytes that all contents may have together
 * @throws TarError as `tarEntries` does, and `too-large`
 */
export async function* tarStream(
  reader: ByteReader,
  { limit = DEFAULT_LIMIT }: ReadTarOptions = {},
): AsyncGenerator<TarEntry> {
  /** Global headers, which go before every member, and the headers of the one to come. */
  const globals: Uint8Array[] = [];
  let extensions: Uint8Array[] = [];
  let extendedAt = 0;
  let paxSize: number | undefined;
  let left = limit;
  let at = 0;
  for (;;) {
    const block = await read(reader, BLOCK);
    if (block.length === 0) break;
    if (isZeroBlock(block)) {
      const next = await read(reader, BLOCK);
      if (next.length === BLOCK && !isZeroBlock(next)) {
        throw new TarError('invalid-header', 'invalid tar header: a lone zero block', at);
      }
      break;
    }
    const header = located(at, () => readHeader(block, 0));
    if (!header) break;
    const { typeflag } = header;
    if ('xgXLK'.includes(typeflag)) {
      located(at, () => checkExtension(header));
      const whole = await continued(reader, block, padded(header.size));
      if (typeflag === 'g') globals.push(whole);
      else {
        if (extensions.length === 0) extendedAt = at;
        extensions.push(whole);
      }
      const data = located(at, () => extension(whole, header));
      if (typeflag === 'x' || typeflag === 'X') {
        paxSize = located(at, () => paxInteger(new Map(parsePax(data, 0)), 'size', 0));
      }
      at += whole.length;
      continue;
    }
    // A size below zero is found out with the rest of the member.
    let size = Math.max(0, storedSize(typeflag, typeflag === 'V' ? header.size : (paxSize ?? header.size)));
    left -= size;
    if (left < 0) {
      throw new TarError(
        'too-large',
        `the archive's files have more than ${limit} bytes, the limit of this engine`,
        at,
      );
    }
    const parts = [...globals, ...extensions, block];
    if (typeflag === 'S') {
      for (let more = block[482]; more; ) {
        const further = await read(reader, BLOCK);
        parts.push(further);
        more = further[504];
      }
    }
    size = padded(size);
    const heads = parts.reduce((sum, part) => sum + part.length, 0);
    const member = new Uint8Array(heads + size);
    let filled = 0;
    for (const part of parts) {
      member.set(part, filled);
      filled += part.length;
    }
    const got = await reader.readInto(member.subarray(heads));
    const before = [...globals, ...extensions].reduce((sum, part) => sum + part.length, 0);
    yield* located(at - before, () => [...tarEntries(member.subarray(0, heads + got), { limit: left + size })]);
    at += heads - before + size;
    extensions = [];
    paxSize = undefined;
  }
  if (extensions.length > 0) {
    throw new TarError('truncated', 'unexpected end of archive after an extended header', extendedAt);
  }
  await reader.drain();
}

/** Up to `count` bytes. */
async function read(reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  return bytes.subarray(0, await reader.readInto(bytes));
}

/** A header and what follows it. */
async function continued(reader: ByteReader, block: Uint8Array, count: number): Promise<Uint8Array> {
  const whole = new Uint8Array(block.length + count);
  whole.set(block);
  const got = await reader.readInto(whole.subarray(block.length));
  return whole.subarray(0, block.length + got);
}

/** Makes errors tell where in the whole archive they are. */
function located<T>(start: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TarError) || error.offset < 0) throw error;
    throw new TarError(error.code, error.reason, start + error.offset);
  }
}
