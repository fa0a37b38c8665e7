import { frame, type StreamName } from './stdcopy.ts';

/** What a client may have waiting before its container is held back, in bytes, as dockerd's pipe. */
const QUEUE_LIMIT = 1_000_000;

/** One client's view of a process's output: a bounded queue that turns into a byte stream. */
export class Subscriber {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #wants: ReadonlySet<StreamName>;
  readonly #multiplexed: boolean;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #closed = false;
  #room: (() => void)[] = [];
  readonly #onClose: () => void;

  /** `onClose` is called once, when the client has gone or the stream has ended. */
  constructor(wants: Iterable<StreamName>, multiplexed: boolean, onClose: () => void = () => {}) {
    this.#wants = new Set(wants);
    this.#multiplexed = multiplexed;
    this.#onClose = onClose;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake(),
        cancel: () => this.#finish(),
      },
      { highWaterMark: QUEUE_LIMIT, size: (chunk) => chunk.length },
    );
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Queues output. Resolves when the client has room for more, or has gone: waiting on it holds the process back. */
  async write(stream: StreamName, data: Uint8Array): Promise<void> {
    if (this.#closed || !this.#wants.has(stream) || data.length === 0) return;
    this.#controller?.enqueue(this.#multiplexed ? frame(stream, data) : data);
    if ((this.#controller?.desiredSize ?? 1) > 0) return;
    await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** Ends the stream after what is queued. */
  close(): void {
    if (this.#closed) return;
    this.#controller?.close();
    this.#finish();
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    this.#onClose();
  }

  #wake(): void {
    const waiting = this.#room;
    this.#room = [];
    for (const resolve of waiting) resolve();
  }
}
