import type { Link } from './link.ts';

/** Credit is given back once this many bytes have been read, so that a slow reader costs few frames. */
const creditStep = 65536;

/**
 * Guest to host: a ReadableStream of what the guest sends. The guest may send ahead as many bytes as it has credit for;
 * what is read gives new credit, so an unread stream holds the writing process back.
 */
export class OutputStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #link: Link;
  readonly #stream: number;
  readonly #queue: Uint8Array[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wanted = false;
  #owed = 0;
  #state: 'open' | 'ended' | 'closed' = 'open';

  constructor(link: Link, stream: number) {
    this.#link = link;
    this.#stream = stream;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#deliver();
        },
        cancel: () => {
          if (this.#state === 'open') link.cancel(stream);
          this.#state = 'closed';
          this.#queue.length = 0;
        },
      },
      { highWaterMark: 0 },
    );
  }

  push(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#queue.push(bytes.slice());
    this.#deliver();
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#deliver();
  }

  fail(error: Error): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#controller?.error(error);
  }

  #deliver(): void {
    if (this.#state === 'closed') return;
    if (this.#wanted && this.#queue.length > 0) {
      this.#wanted = false;
      const bytes = this.#take();
      this.#controller?.enqueue(bytes);
      this.#owe(bytes.length);
    }
    if (this.#state === 'ended' && this.#queue.length === 0) {
      this.#state = 'closed';
      this.#controller?.close();
    }
  }

  /** All that has come, as one piece: readers have less to do. */
  #take(): Uint8Array {
    const [first, ...more] = this.#queue.splice(0);
    if (first === undefined || more.length === 0) return first ?? new Uint8Array(0);
    const all = new Uint8Array(more.reduce((sum, piece) => sum + piece.length, first.length));
    let at = 0;
    for (const piece of [first, ...more]) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #owe(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < creditStep || this.#state !== 'open') return;
    this.#link.credit(this.#stream, this.#owed);
    this.#owed = 0;
  }
}
