import type { Directory } from '../../files/node.ts';
import { MachineError, StartError } from '../../machine/errors.ts';
import type {
  ExitStatus,
  GuestProcess,
  Machine,
  MachineState,
  PathKind,
  StartContainer,
  UpperEntry,
} from '../../machine/machine.ts';
import type { ProcessSpec } from '../../machine/runtime-spec.ts';
import { FakeNetworks } from './fake-networks.ts';

/** A process that a test plays: what it writes, what it was sent, when it ends. */
export class FakeProcess implements GuestProcess {
  readonly pid: number;
  readonly spec: ProcessSpec;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly stdin: WritableStream<Uint8Array>;
  readonly exit: Promise<ExitStatus>;
  readonly signals: number[] = [];
  readonly sizes: (readonly [number, number])[] = [];
  input = '';
  inputClosed = false;
  /** Signals that end it. */
  endsOn: readonly number[] = [9, 15];
  readonly #out = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 1 });
  readonly #err = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 1 });
  readonly #outWriter = this.#out.writable.getWriter();
  readonly #errWriter = this.#err.writable.getWriter();
  #settle: (status: ExitStatus) => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(pid: number, spec: ProcessSpec) {
    this.pid = pid;
    this.spec = spec;
    this.stdout = this.#out.readable;
    this.stderr = this.#err.readable;
    this.stdin = new WritableStream({
      write: async (data) => {
        this.input += new TextDecoder().decode(data);
        if (spec.args[0] === 'cat') await this.print(new TextDecoder().decode(data));
      },
      close: () => {
        this.inputClosed = true;
        if (spec.args[0] === 'cat') this.end(0);
      },
    });
    this.exit = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.exit.catch(() => {});
  }

  print(text: string): Promise<void> {
    return this.#outWriter.write(new TextEncoder().encode(text));
  }

  complain(text: string): Promise<void> {
    return this.#errWriter.write(new TextEncoder().encode(text));
  }

  end(code: number, oomKilled = false): void {
    this.#outWriter.close().catch(() => {});
    this.#errWriter.close().catch(() => {});
    this.#settle({ code, oomKilled });
  }

  crash(): void {
    this.#outWriter.abort().catch(() => {});
    this.#errWriter.abort().catch(() => {});
    this.#fail(new MachineError('crashed', 'the machine crashed'));
  }

  async signal(signal: number): Promise<void> {
    this.signals.push(signal);
    if (this.endsOn.includes(signal)) this.end(128 + signal);
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.sizes.push([columns, rows]);
  }
}

/**
 * A machine without a guest, for tests of what stands on it. Programs: `echo` prints its arguments and ends, `false`
 * ends with 1, `cat` gives back its input, anything under `missing` cannot be started, everything else runs until it
 * is told to end. Writable layers are what the test puts into {@link uppers}.
 */
export class FakeMachine implements Machine {
  state: MachineState = 'running';
  readonly networks = new FakeNetworks();
  readonly memory = 256 * 1024 * 1024;
  readonly layers = new Map<string, Directory>();
  readonly started: StartContainer[] = [];
  /** What the next starts fail with. */
  readonly startFailures: StartError[] = [];
  readonly running = new Map<string, FakeProcess>();
  readonly execs: FakeProcess[] = [];
  readonly uppers = new Map<string, readonly UpperEntry[]>();
  readonly packed = new Map<string, Uint8Array>();
  readonly removed: string[] = [];
  readonly extracted = new Map<string, Uint8Array>();
  /** What is on the guest host. */
  readonly paths = new Map<string, PathKind>();
  readonly frozen = new Set<string>();
  readonly missing = new Map<string, StartError>([
    [
      'nosuch',
      new StartError(
        'exec',
        2,
        'nosuch',
        'exec: "nosuch": executable file not found in $PATH: No such file or directory',
      ),
    ],
    ['/plain', new StartError('exec', 13, '/plain', 'exec /plain: Permission denied')],
    ['/text', new StartError('exec', 8, '/text', 'exec /text: Exec format error')],
    ['/script', new StartError('exec', 2, '/script', 'exec /script: No such file or directory')],
  ]);
  readonly #listeners = new Set<(state: MachineState, reason?: string) => void>();
  #pid = 100;

  publishLayer(name: string, root: Directory): void {
    if (!/^[a-z0-9-]{1,32}$/.test(name)) throw new Error(`bad layer name ${name}`);
    this.layers.set(name, root);
  }

  withdrawLayer(name: string): void {
    this.layers.delete(name);
  }

  async startContainer(request: StartContainer): Promise<GuestProcess> {
    const failure = this.startFailures.shift();
    if (failure) throw failure;
    for (const lower of request.lowers) if (!this.layers.has(lower)) throw new Error(`layer ${lower} is not published`);
    const process = this.#launch(request.spec.process);
    this.started.push(request);
    this.running.set(request.id, process);
    if (!this.uppers.has(request.id)) this.uppers.set(request.id, []);
    return process;
  }

  async exec(_id: string, spec: ProcessSpec): Promise<GuestProcess> {
    const process = this.#launch(spec);
    this.execs.push(process);
    return process;
  }

  #launch(spec: ProcessSpec): FakeProcess {
    const [program = '', ...args] = spec.args;
    const failure = this.missing.get(program);
    if (failure) throw failure;
    this.#pid += 1;
    const process = new FakeProcess(this.#pid, spec);
    if (program === 'echo') process.print(`${args.join(' ')}\n`).then(() => process.end(0));
    if (program === '/bin/sync') process.end(0);
    if (program === 'false') process.end(1);
    return process;
  }

  async freeze(id: string, frozen: boolean): Promise<void> {
    if (frozen) this.frozen.add(id);
    else this.frozen.delete(id);
  }

  async removeContainer(id: string): Promise<void> {
    this.removed.push(id);
    this.uppers.delete(id);
  }

  async upper(id: string): Promise<readonly UpperEntry[]> {
    return this.uppers.get(id) ?? [];
  }

  async packUpper(id: string): Promise<Uint8Array> {
    return this.packed.get(id) ?? new Uint8Array(1024);
  }

  async processes(id: string): Promise<readonly number[]> {
    const process = this.running.get(id);
    return process ? [process.pid] : [];
  }

  async spawn(spec: ProcessSpec): Promise<GuestProcess> {
    return this.#launch(spec);
  }

  async archive(): Promise<Uint8Array> {
    return new Uint8Array(1024);
  }

  async extract(path: string, tar: Uint8Array): Promise<void> {
    this.extracted.set(path, tar);
  }

  async kindOf(path: string): Promise<PathKind | undefined> {
    return this.paths.get(path);
  }

  async syncVolumes(): Promise<void> {}

  async makeDirectory(path: string): Promise<void> {
    this.paths.set(path, 'directory');
  }

  async removeDirectory(path: string): Promise<void> {
    this.paths.delete(path);
  }

  onChange(): () => void {
    return () => {};
  }

  onInvocation(): () => void {
    return () => {};
  }

  onStateChange(listener: (state: MachineState, reason?: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  crash(): void {
    for (const process of this.running.values()) process.crash();
    this.#become('crashed');
  }

  #become(state: MachineState): void {
    this.state = state;
    for (const listener of this.#listeners) listener(state);
  }

  async restart(): Promise<void> {
    for (const process of this.running.values()) process.crash();
    this.running.clear();
    this.uppers.clear();
    this.#become('starting');
    this.#become('running');
  }

  async stop(): Promise<void> {
    this.#become('stopped');
  }
}
