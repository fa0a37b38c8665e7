import type { ExitStatus, GuestProcess } from '../machine/machine.ts';
import type { LogBuffer } from './log-buffer.ts';
import type { StreamName } from './stdcopy.ts';
import { Subscriber } from './subscriber.ts';

/** How long output may trail behind the end of a process, in milliseconds, before the streams are cut, as in dockerd. */
const TRAILING_OUTPUT = 2000;

/**
 * The streams of one run of a process, between the guest and any number of clients. It exists before the process
 * does, so that a client can attach first and miss nothing.
 */
export class ProcessStreams {
  readonly #log: LogBuffer | undefined;
  readonly #subscribers = new Set<Subscriber>();
  readonly #input = new TransformStream<Uint8Array, Uint8Array>();
  readonly #inputWriter = this.#input.writable.getWriter();
  #inputClosed = false;
  #ended = false;

  constructor(log?: LogBuffer) {
    this.#log = log;
    // The other end may go away at any time; whoever writes is told through write().
    this.#inputWriter.closed.catch(() => {});
  }

  /** Output from now on. A tty is never multiplexed. */
  subscribe(wants: Iterable<StreamName>, multiplexed: boolean): Subscriber {
    const subscriber = new Subscriber(wants, multiplexed, () => this.#subscribers.delete(subscriber));
    if (this.#ended) subscriber.close();
    else this.#subscribers.add(subscriber);
    return subscriber;
  }

  /** Gives the process input; waits for it to take it. Does nothing once stdin is closed. */
  async write(data: Uint8Array): Promise<void> {
    if (this.#inputClosed) return;
    try {
      await this.#inputWriter.write(data);
    } catch {
      this.#inputClosed = true;
    }
  }

  /** End of file for the process. */
  closeInput(): void {
    if (this.#inputClosed) return;
    this.#inputClosed = true;
    this.#inputWriter.close().catch(() => {});
  }

  /**
   * Carries the process's streams until it has ended. `onEnd` is called when all output has been passed on and before
   * clients see the end of their streams, so that who asks then finds the process ended.
   */
  async run(process: GuestProcess, onEnd: (status: ExitStatus | undefined) => void): Promise<void> {
    const stop = new AbortController();
    // preventAbort is left off: a process that is gone must make writers fail instead of wait for ever.
    this.#input.readable.pipeTo(process.stdin, { signal: stop.signal }).catch(() => {});
    const output = Promise.all([
      this.#pump('stdout', process.stdout, stop),
      this.#pump('stderr', process.stderr, stop),
    ]);
    const status = await process.exit.catch(() => undefined);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, TRAILING_OUTPUT);
    });
    await Promise.race([output, late]);
    clearTimeout(timer);
    onEnd(status);
    this.end();
    stop.abort();
  }

  /** Gives clients a message that no process wrote. */
  async tell(stream: 'stdout' | 'stderr', data: Uint8Array): Promise<void> {
    await Promise.all([...this.#subscribers].map((subscriber) => subscriber.write(stream, data)));
  }

  /** Ends every client's stream after what it has queued. */
  end(): void {
    this.#ended = true;
    this.#inputClosed = true;
    for (const subscriber of [...this.#subscribers]) subscriber.close();
    this.#inputWriter.abort().catch(() => {});
  }

  async #pump(stream: 'stdout' | 'stderr', source: ReadableStream<Uint8Array>, stop: AbortController): Promise<void> {
    const reader = source.getReader();
    stop.signal.addEventListener('abort', () => reader.cancel().catch(() => {}));
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#log?.write(stream, value);
        await Promise.all([...this.#subscribers].map((subscriber) => subscriber.write(stream, value)));
      }
    } catch {
      // The machine went away; process.exit says so to those who need to know.
    }
  }
}
