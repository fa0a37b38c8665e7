import type { Link } from './link.ts';

/**
 * Host to guest: a WritableStream whose writes wait for the credit that the guest gives. One for each stream that the
 * guest reads.
 */
export class InputStream {
  readonly writable: WritableStream<Uint8Array>;
  #credit: number;
  #wake: () => void = () => {};
  #failure: Error | undefined;
  #controller: WritableStreamDefaultController | undefined;
  #busy: Promise<void> | undefined;
  readonly #link: Link;
  readonly #stream: number;

  /** @param credit bytes that may be sent before the guest gives more */
  constructor(link: Link, stream: number, credit: number) {
    this.#credit = credit;
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      write: async (chunk) => {
        this.#busy = this.#send(chunk.slice());
        await this.#busy;
      },
      close: () => link.end(stream),
      abort: () => link.end(stream),
    });
    this.#link = link;
    this.#stream = stream;
  }

  /** Settles when everything written so far has been sent, or cannot be any more. */
  async drained(): Promise<void> {
    let seen: Promise<void> | undefined;
    do {
      seen = this.#busy;
      await seen?.catch(() => {});
      // A write that stands behind another, or behind the stream's start, begins some microtasks later.
      for (let turn = 0; turn < 8; turn++) await undefined;
    } while (seen !== this.#busy);
  }

  give(bytes: number): void {
    this.#credit += bytes;
    this.#wake();
  }

  /** Nobody reads any more: writes from now on, and the one that waits, reject with this. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#controller?.error(error);
    this.#wake();
  }

  /** @param bytes a copy: the writer may use its buffer again once the write is settled, and frames may wait beyond that */
  async #send(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      await this.#room();
      const piece = rest.subarray(0, this.#credit);
      this.#credit -= piece.length;
      this.#link.data(this.#stream, piece);
      rest = rest.subarray(piece.length);
    }
  }

  async #room(): Promise<void> {
    while (this.#credit === 0 && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}
