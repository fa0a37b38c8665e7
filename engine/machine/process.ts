import { MachineError } from './errors.ts';
import { streamNumber } from './link/frame.ts';
import { InputStream } from './link/input-stream.ts';
import type { Link } from './link/link.ts';
import { OutputStream } from './link/output-stream.ts';
import type { ExitStatus, GuestProcess } from './machine.ts';

/** Bytes of standard input that the guest takes before it gives more credit: STDIN_CREDIT in engine/guest/init/init.h. */
const stdinCredit = 65536;

/** The host's side of a process that init runs. */
export class RemoteProcess implements GuestProcess {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly exit: Promise<ExitStatus>;
  readonly session: number;
  readonly #link: Link;
  readonly #input: InputStream;
  readonly #outputs: readonly [OutputStream, OutputStream];
  #settle: { resolve(status: ExitStatus): void; reject(error: Error): void } | undefined;
  #pid = 0;
  #exited = false;

  constructor(link: Link, session: number, tty: boolean) {
    this.#link = link;
    this.session = session;
    const base = session * 4;
    this.#input = new InputStream(link, base + streamNumber.stdin, stdinCredit);
    this.#outputs = [
      new OutputStream(link, base + streamNumber.stdout),
      new OutputStream(link, base + streamNumber.stderr),
    ];
    if (tty) this.#outputs[1].end();
    this.stdin = this.#input.writable;
    this.stdout = this.#outputs[0].readable;
    this.stderr = this.#outputs[1].readable;
    this.exit = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever does not wait for the end of a process must not be ended by a crash of the machine.
    this.exit.catch(() => {});
  }

  get pid(): number {
    return this.#pid;
  }

  started(pid: number): void {
    this.#pid = pid;
  }

  async signal(signal: number): Promise<void> {
    if (!this.#exited) this.#link.control({ op: 'signal', session: this.session, signal });
  }

  async resize(columns: number, rows: number): Promise<void> {
    if (!this.#exited) this.#link.control({ op: 'resize', session: this.session, columns, rows });
  }

  output(stream: number): OutputStream | undefined {
    return this.#outputs[stream - streamNumber.stdout];
  }

  credit(bytes: number): void {
    this.#input.give(bytes);
  }

  /** The guest closed the reading end of standard input. */
  inputClosed(): void {
    this.#input.fail(new MachineError('not-running', 'the process does not read its standard input any more'));
  }

  exited(status: ExitStatus): void {
    this.#exited = true;
    this.#settle?.resolve(status);
  }

  fail(error: Error): void {
    this.#exited = true;
    this.#settle?.reject(error);
    this.#input.fail(error);
    for (const output of this.#outputs) output.fail(error);
  }
}
