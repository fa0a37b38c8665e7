import { MachineError } from './errors.ts';
import { streamNumber } from './link/frame.ts';
import { InputStream } from './link/input-stream.ts';
import type { Link } from './link/link.ts';
import { OnDemandStream } from './link/on-demand-stream.ts';
import type { Invocation } from './machine.ts';

/** What the stub tells when it starts. */
export interface StubHello {
  readonly argv: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly tty: readonly [boolean, boolean, boolean];
  readonly columns: number;
  readonly rows: number;
}

/** What the stub tells later: a signal it got, or its terminal's new size. */
export interface StubEvent {
  readonly signal?: number;
  readonly columns?: number;
  readonly rows?: number;
}

const hangup = 1;

/** The host's side of a `docker` that runs on the guest host. */
export class StubInvocation implements Invocation {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly tty: Invocation['tty'];
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  readonly #link: Link;
  readonly #session: number;
  readonly #input: OnDemandStream;
  readonly #outputs: readonly [InputStream, InputStream];
  readonly #signalListeners = new Set<(signal: number) => void>();
  readonly #sizeListeners = new Set<(columns: number, rows: number) => void>();
  #size: Invocation['size'];

  constructor(link: Link, session: number, hello: StubHello) {
    this.#link = link;
    this.#session = session;
    this.argv = hello.argv;
    this.cwd = hello.cwd;
    this.env = Object.fromEntries(hello.env.map(splitVariable));
    const [stdin, stdout, stderr] = hello.tty;
    this.tty = { stdin, stdout, stderr };
    this.#size = { columns: hello.columns, rows: hello.rows };
    const base = session * 4;
    this.#input = new OnDemandStream(link, base + streamNumber.stdin, stdin ? 'terminal' : 'pipe');
    this.#outputs = [
      new InputStream(link, base + streamNumber.stdout, 0),
      new InputStream(link, base + streamNumber.stderr, 0),
    ];
    this.stdin = this.#input.readable;
    this.stdout = this.#outputs[0].writable;
    this.stderr = this.#outputs[1].writable;
  }

  get size(): Invocation['size'] {
    return this.#size;
  }

  async setRawMode(raw: boolean): Promise<void> {
    this.#tell({ raw });
  }

  onSignal(listener: (signal: number) => void): () => void {
    this.#signalListeners.add(listener);
    return () => this.#signalListeners.delete(listener);
  }

  onResize(listener: (columns: number, rows: number) => void): () => void {
    this.#sizeListeners.add(listener);
    return () => this.#sizeListeners.delete(listener);
  }

  async exit(code: number): Promise<void> {
    await Promise.all(this.#outputs.map((output) => output.drained()));
    this.#tell({ exit: code & 255 });
  }

  get input(): OnDemandStream {
    return this.#input;
  }

  output(stream: number): InputStream | undefined {
    return this.#outputs[stream - streamNumber.stdout];
  }

  event(event: StubEvent): void {
    const { signal, columns, rows } = event;
    if (signal !== undefined) for (const listener of [...this.#signalListeners]) listener(signal);
    if (columns === undefined || rows === undefined) return;
    this.#size = { columns, rows };
    for (const listener of [...this.#sizeListeners]) listener(columns, rows);
  }

  /** The stub is gone, or the machine is. */
  gone(error: Error = new MachineError('not-running', 'the docker command was ended')): void {
    this.#input.fail(error);
    for (const output of this.#outputs) output.fail(error);
    this.event({ signal: hangup });
  }

  #tell(message: unknown): void {
    this.#link.control({ op: 'stub', session: this.#session, message });
  }
}

function splitVariable(variable: string): [string, string] {
  const equals = variable.indexOf('=');
  return equals < 0 ? [variable, ''] : [variable.slice(0, equals), variable.slice(equals + 1)];
}
