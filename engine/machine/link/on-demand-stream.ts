import type { Link } from './link.ts';

/** Bytes asked for at a time: of a terminal few, since somebody else may want the rest; of a pipe enough to go fast. */
const request = { terminal: 4096, pipe: 131_072 };

/**
 * The standard input of a `docker` stub. The guest reads its terminal only when somebody here reads this stream, so that
 * what is typed ahead stays for the shell when nobody does.
 */
export class OnDemandStream {
  readonly readable: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #credit = 0;
  #closed = false;
  #pulled: (() => void) | undefined;

  constructor(link: Link, stream: number, source: keyof typeof request) {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (this.#credit === 0) {
            this.#credit = request[source];
            link.credit(stream, request[source]);
          }
          return new Promise<void>((resolve) => {
            this.#pulled = resolve;
          });
        },
        cancel: () => {
          this.#closed = true;
          link.cancel(stream);
        },
      },
      { highWaterMark: 0 },
    );
  }

  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#credit -= bytes.length;
    this.#controller?.enqueue(bytes.slice());
    this.#settle();
  }

  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#controller?.close();
    this.#settle();
  }

  fail(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#controller?.error(error);
    this.#settle();
  }

  #settle(): void {
    this.#pulled?.();
    this.#pulled = undefined;
  }
}
