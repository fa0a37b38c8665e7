import { FileSystemError } from './file-system-error.ts';

/** No file grows beyond this many bytes (EFBIG): what a 32-bit guest and a JavaScript array both carry. */
export const maximumFileSize = 2 ** 32 - 1;

const emptyBytes = new Uint8Array(0);
/** Beyond this, buffers grow by half instead of doubling, to waste less memory. */
const doublingLimit = 64 << 20;

/**
 * The bytes of one mutable file. A hole at the end (`truncate -s 1G`) takes no memory. Snapshots are not copies: the
 * buffer is copied when it next changes.
 *
 * Invariants: `#filled <= #size`; bytes from `#filled` to `#size` read as zeros; unless `#shared`, the buffer is zero
 * from `#filled` on; if `#shared`, no byte of it is written any more.
 */
export class FileContent {
  #buffer: Uint8Array;
  #size: number;
  #filled: number;
  #shared: boolean;

  /** Takes bytes that nobody will change any more, without copying. */
  constructor(bytes: Uint8Array = emptyBytes) {
    this.#buffer = emptyBytes;
    this.#size = 0;
    this.#filled = 0;
    this.#shared = true;
    this.replace(bytes);
  }

  /** Becomes these bytes, which nobody will change any more, without copying. */
  replace(bytes: Uint8Array): void {
    this.#buffer = bytes;
    this.#size = bytes.length;
    this.#filled = bytes.length;
    this.#shared = true;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes that take memory: the size without a hole at the end. */
  get allocated(): number {
    return this.#filled;
  }

  /** What {@link allocated} would be after a write that ends at `end`. */
  allocatedAfter(end: number): number {
    return Math.max(this.#filled, end);
  }

  /** Up to `count` bytes from `offset`; good until the next change, so copy at once. Empty beyond the end. */
  view(offset: number, count: number): Uint8Array {
    const end = Math.min(this.#size, offset + count);
    if (offset >= end) return emptyBytes;
    if (end <= this.#filled) return this.#buffer.subarray(offset, end);
    const bytes = new Uint8Array(end - offset);
    if (offset < this.#filled) bytes.set(this.#buffer.subarray(offset, this.#filled));
    return bytes;
  }

  /** All bytes, for ever: later changes do not show. Copies only if there is a hole at the end. */
  snapshot(): Uint8Array {
    if (this.#filled < this.#size) this.#reserve(this.#size);
    this.#filled = this.#size;
    this.#shared = true;
    return this.#buffer.length === this.#size ? this.#buffer : this.#buffer.subarray(0, this.#size);
  }

  /** @throws FileSystemError EFBIG; ENOSPC if there is no memory */
  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > maximumFileSize) throw new FileSystemError('EFBIG');
    if (bytes.length === 0) return;
    this.#reserve(end);
    this.#buffer.set(bytes, offset);
    if (end > this.#filled) this.#filled = end;
    if (end > this.#size) this.#size = end;
  }

  /** @throws FileSystemError EFBIG */
  truncate(size: number): void {
    if (size > maximumFileSize) throw new FileSystemError('EFBIG');
    if (size === 0) {
      this.#buffer = emptyBytes;
      this.#shared = true;
      this.#filled = 0;
    } else if (size < this.#filled) {
      if (!this.#shared) this.#buffer.fill(0, size, this.#filled);
      this.#filled = size;
    }
    this.#size = size;
  }

  /** Makes the buffer writable and at least `end` long. */
  #reserve(end: number): void {
    const capacity = this.#buffer.length;
    if (!this.#shared && end <= capacity) return;
    // A first write gets just its length: most files are written once.
    const growth = capacity < doublingLimit ? capacity * 2 : Math.ceil(capacity * 1.5);
    const wanted = end <= this.#filled ? this.#filled : capacity === 0 ? end : Math.max(end, growth);
    let buffer: Uint8Array;
    try {
      buffer = new Uint8Array(wanted);
    } catch {
      throw new FileSystemError('ENOSPC');
    }
    buffer.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = buffer;
    this.#shared = false;
  }
}
