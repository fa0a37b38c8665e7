/** Takes a stream in pieces of one's own size. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Read and not taken yet, the first one from `#at` on. */
  readonly #chunks: Uint8Array[] = [];
  #at = 0;
  #ready = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next bytes, which stay to be taken; fewer than `count` only at the end. */
  async peek(count: number): Promise<Uint8Array> {
    await this.#fill(count);
    const bytes = new Uint8Array(Math.min(count, this.#ready));
    let at = 0;
    for (const [i, chunk] of this.#chunks.entries()) {
      const part = chunk.subarray(i === 0 ? this.#at : 0).subarray(0, bytes.length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Fills all of `target`, or as much as there is. Gives how much that was. */
  async readInto(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      if (!(await this.#fill(1))) break;
      const [chunk] = this.#chunks;
      if (!chunk) break;
      const part = chunk.subarray(this.#at, this.#at + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#at += part.length;
      this.#ready -= part.length;
      if (this.#at === chunk.length) {
        this.#chunks.shift();
        this.#at = 0;
      }
    }
    return filled;
  }

  /** Everything that is left. */
  async rest(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (await this.#fill(1)) {
      const [chunk] = this.#chunks.splice(0, 1);
      if (!chunk) break;
      const part = chunk.subarray(this.#at);
      this.#at = 0;
      this.#ready -= part.length;
      parts.push(part);
      size += part.length;
    }
    if (parts.length === 1 && parts[0]) return parts[0];
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** Reads the rest and drops it. */
  async drain(): Promise<void> {
    this.#chunks.length = 0;
    for (let next = await this.#reader.read(); !next.done; next = await this.#reader.read());
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }

  /** Whether at least that many bytes are ready. */
  async #fill(count: number): Promise<boolean> {
    while (this.#ready < count) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      if (value.length === 0) continue;
      this.#chunks.push(value);
      this.#ready += value.length;
    }
    return true;
  }
}
