import { FileSystemError } from '../../files/file-system-error.ts';
import { decodeText } from '../../files/text.ts';
import type { Timestamp } from '../../files/timestamp.ts';

const twoTo32 = 2 ** 32;

/** Reads a message's fields in order; all integers are little-endian. Reading past the end throws FileSystemError EPROTO. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  #advance(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new FileSystemError('EPROTO');
    this.#at = at + count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Exact to 2^53; offsets and sizes beyond are too large for any file here anyway. */
  u64(): number {
    const at = this.#advance(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * twoTo32;
  }

  /** sec[8] nsec[8]; seconds before 1970 are negative. */
  timestamp(): Timestamp {
    const at = this.#advance(16);
    const seconds = this.#view.getUint32(at, true) + this.#view.getInt32(at + 4, true) * twoTo32;
    return { seconds, nanoseconds: this.#view.getUint32(at + 8, true) };
  }

  /** s: count[2] and that many bytes. */
  text(): string {
    return decodeText(this.bytes(this.u16()));
  }

  /** A view of the next bytes, good as long as the request is. */
  bytes(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.#bytes.subarray(at, at + count);
  }
}
