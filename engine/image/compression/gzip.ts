import type { BoundedOutput } from './output.ts';

/** As much as one write hands over before other work of the thread gets its turn. */
const CHUNK = 256 * 1024;
/** Deflate's best: 258 bytes from two bits. */
const MAX_RATIO = 1032;
/** CRC32 and ISIZE. */
const TRAILER = 8;

export type MakeInflater = () => ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>;
const native: MakeInflater = () => new DecompressionStream('gzip') as unknown as ReturnType<MakeInflater>;

/** What the trailer says: right for one member below 4 GiB, and only a guess before it has been read to its end. */
export function gzipSizeHint(bytes: Uint8Array): number | undefined {
  const size = memberSize(bytes, bytes.length);
  return size <= bytes.length * MAX_RATIO ? size : undefined;
}

/** ISIZE of a member that ends at `end` (RFC 1952, 2.3.1). */
function memberSize(bytes: Uint8Array, end: number): number {
  const at = (i: number): number => bytes[end - i] ?? 0;
  return (at(4) | (at(3) << 8) | (at(2) << 16) | (at(1) << 24)) >>> 0;
}

/**
 * RFC 1952, with any number of members, and zeros after the last as tapes have them.
 *
 * The platform's inflater does the work, but those of browsers know one member only: they take exactly that and refuse
 * the next write. So writes are cut wherever a member could begin; the one that is refused shows where it did.
 * @throws Error of the platform's, for data that is damaged or cut short
 */
export async function gunzipTo(bytes: Uint8Array, output: BoundedOutput, make: MakeInflater = native): Promise<void> {
  const cuts = new Cuts(bytes);
  let start = 0;
  while (start < bytes.length) {
    const before = output.size;
    const refused = await inflate(bytes, start, cuts, output, make());
    if (refused === undefined) return;
    const { at, error } = refused;
    const isWhole = at > start && memberSize(bytes, at) === (output.size - before) % 2 ** 32;
    if (!isWhole) throw error;
    if (bytes.subarray(at).every((byte) => byte === 0)) return;
    if (!isMemberStart(bytes, at)) throw new Error('trailing garbage');
    start = at;
  }
}

/** Where the stream refused to go on; undefined if it took everything. */
async function inflate(
  bytes: Uint8Array,
  start: number,
  cuts: Cuts,
  output: BoundedOutput,
  stream: ReturnType<MakeInflater>,
): Promise<{ readonly at: number; readonly error: unknown } | undefined> {
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let at = start;
  let refused = false;
  const writing = (async () => {
    while (at < bytes.length) {
      const end = Math.min(at + CHUNK, cuts.after(at));
      // The writer's own promise: a write counts as taken when its output has been asked for.
      await writer.write(bytes.subarray(at, end) as Uint8Array<ArrayBuffer>).catch((error: unknown) => {
        refused = true;
        throw error;
      });
      at = end;
    }
    await writer.close();
  })();
  writing.catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      output.add(value);
    }
    await writing;
    return undefined;
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    await writing.catch(() => undefined);
    if (refused && at > start) return { at, error };
    throw error;
  }
}

function isMemberStart(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && ((bytes[at + 3] ?? 0xff) & 0xe0) === 0;
}

/** Offsets at which a further member, or zeros to the end, could begin. */
class Cuts {
  readonly #bytes: Uint8Array;
  readonly #zeros: number;
  /** The last member start that was found: most data has none, and none is to be looked for twice. */
  #next = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    let zeros = bytes.length;
    while (zeros > 0 && bytes[zeros - 1] === 0) zeros--;
    this.#zeros = zeros;
  }

  /** The first one behind `at`; the end of the data if there is none. */
  after(at: number): number {
    const bytes = this.#bytes;
    if (this.#next <= at) this.#next = this.#search(at + 1);
    if (this.#next < bytes.length) return this.#next;
    // The first of the zeros may still be the last member's own checksum and size.
    const padding = Math.max(at + 1, this.#zeros);
    return padding <= this.#zeros + TRAILER ? Math.min(padding, bytes.length) : bytes.length;
  }

  /** The length of the data if no member starts at or behind `from`. */
  #search(from: number): number {
    const bytes = this.#bytes;
    let found = bytes.indexOf(0x1f, from);
    while (found >= 0 && !isMemberStart(bytes, found)) found = bytes.indexOf(0x1f, found + 1);
    return found >= 0 ? found : bytes.length;
  }
}
