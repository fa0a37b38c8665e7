/** One of the command's output streams, as text or bytes. Writes wait for the reader. */
export class Output {
  readonly tty: boolean;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();

  constructor(stream: WritableStream<Uint8Array>, tty: boolean) {
    this.#writer = stream.getWriter();
    this.tty = tty;
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (data.length === 0) return;
    await this.#writer.write(typeof data === 'string' ? this.#encoder.encode(data) : data);
  }

  line(text = ''): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** Everything of a stream, as it comes. */
  async pipe(stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        await this.write(value);
      }
    } finally {
      await reader.cancel().catch(() => {
        // It has failed already, and that failure is on its way to the caller.
      });
    }
  }

  /** Gives the stream back to whoever opened it. */
  release(): void {
    this.#writer.releaseLock();
  }
}
