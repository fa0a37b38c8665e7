import { ImageError } from '../errors.ts';

const FIRST = 64 * 1024;

/** Gathers what a decompressor gives, as one array, and refuses to hold more than `limit` bytes. */
export class BoundedOutput {
  readonly #limit: number;
  readonly #what: string;
  #buffer: Uint8Array;
  #size = 0;

  /** @param hint bytes that are expected: right, it saves the copies of growing; wrong, it costs only those */
  constructor(limit: number, what: string, hint = FIRST) {
    this.#limit = limit;
    this.#what = what;
    this.#buffer = new Uint8Array(Math.min(Math.max(hint, 0), limit));
  }

  get size(): number {
    return this.#size;
  }

  /** @throws ImageError `too-large` */
  add(chunk: Uint8Array): void {
    this.reserve(chunk.length).set(chunk);
  }

  /** The next `count` bytes, for the caller to fill. @throws ImageError `too-large` */
  reserve(count: number): Uint8Array {
    const end = this.#size + count;
    if (end > this.#limit) throw tooLarge(this.#what, this.#limit);
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(this.#limit, Math.max(end, this.#buffer.length * 2, FIRST)));
      grown.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = grown;
    }
    const room = this.#buffer.subarray(this.#size, end);
    this.#size = end;
    return room;
  }

  /** Everything so far. Copied only if much of the buffer would lie unused behind it. */
  finish(): Uint8Array {
    const used = this.#buffer.subarray(0, this.#size);
    return this.#buffer.length - this.#size > this.#size / 8 ? used.slice() : used;
  }
}

/** @param limit bytes */
export function tooLarge(what: string, limit: number): ImageError {
  return new ImageError('too-large', `${what} unpacks to more than ${limit} bytes, the limit of this engine`);
}
