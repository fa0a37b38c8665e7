import { encodedBound, encodeText } from '../../files/text.ts';
import type { Timestamp } from '../../files/timestamp.ts';
import { headerBytes } from './protocol.ts';
import type { Qid } from './served-node.ts';

const twoTo32 = 2 ** 32;

/** Writes a message's fields in order behind a header that {@link finish} fills in. */
export class MessageWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = headerBytes;

  /** @param capacity bytes that the message will probably take; it grows if it must */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far, header included. */
  get length(): number {
    return this.#at;
  }

  #advance(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(at + count, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#at = at + count;
    return at;
  }

  u8(value: number): void {
    const at = this.#advance(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.#advance(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#advance(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: number): void {
    const at = this.#advance(8);
    this.#view.setUint32(at, value, true);
    this.#view.setInt32(at + 4, Math.floor(value / twoTo32), true);
  }

  timestamp({ seconds, nanoseconds }: Timestamp): void {
    this.u64(seconds);
    this.u64(nanoseconds);
  }

  qid({ type, version, path }: Qid): void {
    this.u8(type);
    this.u32(version);
    this.u64(path);
  }

  text(text: string): void {
    const at = this.#advance(2 + encodedBound(text));
    const written = encodeText(text, this.#bytes, at + 2);
    this.#view.setUint16(at, written, true);
    this.#at = at + 2 + written;
  }

  /** Bytes as they are, without a count. */
  bytes(bytes: Uint8Array): void {
    const at = this.#advance(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Puts a count into a place left for it earlier. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Forgets everything written after this length. */
  rewind(length: number): void {
    this.#at = length;
  }

  finish(type: number, tag: number): Uint8Array {
    this.#view.setUint32(0, this.#at, true);
    this.#view.setUint8(4, type);
    this.#view.setUint16(5, tag, true);
    return this.#at === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#at);
  }
}
