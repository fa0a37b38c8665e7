import type { Directory } from '../files/node.ts';
import { base64 } from './base64.ts';
import { createEmulator, exact, linkPort, type V86Emulator, workspacePort } from './emulator.ts';
import { MachineError } from './errors.ts';
import { GuestNetworks } from './guest-networks.ts';
import { GuestSession } from './guest-session.ts';
import type {
  GuestProcess,
  Invocation,
  Machine,
  MachineState,
  PathKind,
  StartContainer,
  UpperChange,
  UpperEntry,
} from './machine.ts';
import type { MachineOptions } from './options.ts';
import type { ProcessSpec } from './runtime-spec.ts';
import { upperEntries } from './upper-listing.ts';
import { Watchdog } from './watchdog.ts';
import { WorkspaceRelay } from './workspace-relay.ts';

/** Milliseconds that a restart waits for what was written to volumes. */
const SYNC_TIME = 500;

/**
 * Starts a machine from its snapshot.
 * @throws MachineError `boot-failed` if the emulator or the guest cannot be started
 */
export async function createMachine(options: MachineOptions): Promise<Machine> {
  const machine = new GuestMachine(options);
  await machine.start();
  return machine;
}

class GuestMachine implements Machine {
  readonly memory: number;
  readonly networks = new GuestNetworks((message) => this.#request(message));
  readonly #options: MachineOptions;
  readonly #changeListeners = new Set<(change: UpperChange) => void>();
  readonly #invocationListeners = new Set<(invocation: Invocation) => void>();
  readonly #stateListeners = new Set<(state: MachineState, reason?: string) => void>();
  #state: MachineState = 'starting';
  #emulator: V86Emulator | undefined;
  #session: GuestSession | undefined;
  #workspace: WorkspaceRelay | undefined;
  #watchdog: Watchdog | undefined;
  #spooled = 0;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.memory = options.memory;
  }

  get state(): MachineState {
    return this.#state;
  }

  async start(): Promise<void> {
    try {
      const { images, memory, files } = this.#options;
      const V86 = await this.#options.loadV86();
      this.#emulator = await createEmulator({
        V86,
        images,
        memory,
        ninep: (request) => files.handle(request),
        onLink: (bytes) => this.#session?.receive(bytes),
        onWorkspace: (bytes) => this.#workspace?.receive(bytes),
        onConsole: (line) => this.#console(line),
        onFault: (error) => this.#crash(`the emulator failed: ${message(error)}`),
      });
      await this.#resume(this.#emulator);
    } catch (error) {
      this.#lose('stopped');
      throw new MachineError('boot-failed', `the machine could not be started: ${message(error)}`, { cause: error });
    }
  }

  publishLayer(name: string, root: Directory): void {
    this.#options.files.publish(name, root);
  }

  withdrawLayer(name: string): void {
    this.#options.files.withdraw(name);
  }

  startContainer(request: StartContainer): Promise<GuestProcess> {
    const { id, lowers, spec, network } = request;
    const files = request.files?.map((file) => ('data' in file ? { ...file, data: base64(file.data) } : file));
    return this.#process({ op: 'start', container: id, lowers, spec, network, files }, spec.process);
  }

  exec(id: string, process: ProcessSpec): Promise<GuestProcess> {
    return this.#process({ op: 'exec', container: id, process }, process);
  }

  spawn(process: ProcessSpec): Promise<GuestProcess> {
    return this.#process({ op: 'spawn', process }, process);
  }

  async freeze(id: string, frozen: boolean): Promise<void> {
    await this.#request({ op: 'freeze', container: id, frozen });
  }

  async removeContainer(id: string): Promise<void> {
    await this.#request({ op: 'remove', container: id });
  }

  async processes(id: string): Promise<readonly number[]> {
    return (await this.#request({ op: 'processes', container: id })).pids ?? [];
  }

  async upper(id: string): Promise<readonly UpperEntry[]> {
    return upperEntries(await this.#spool((file) => this.#request({ op: 'upper', container: id, file })));
  }

  packUpper(id: string): Promise<Uint8Array> {
    return this.#spool((file) => this.#request({ op: 'pack', container: id, file }));
  }

  archive(path: string): Promise<Uint8Array> {
    return this.#spool((file) => this.#request({ op: 'archive', path, file }));
  }

  async extract(path: string, tar: Uint8Array): Promise<void> {
    const name = this.#spoolName();
    this.#options.spool.write(name, tar);
    try {
      await this.#request({ op: 'extract', path, file: `/spool${name}` });
    } finally {
      this.#options.spool.remove(name);
    }
  }

  async kindOf(path: string): Promise<PathKind | undefined> {
    return (await this.#request({ op: 'stat', path })).kind;
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#request({ op: 'mkdir', path });
  }

  async syncVolumes(): Promise<void> {
    await this.#request({ op: 'sync' });
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#request({ op: 'delete', path });
  }

  onChange(listener: (change: UpperChange) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  onInvocation(listener: (invocation: Invocation) => void): () => void {
    this.#invocationListeners.add(listener);
    return () => this.#invocationListeners.delete(listener);
  }

  onStateChange(listener: (state: MachineState, reason?: string) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  async restart(): Promise<void> {
    const emulator = this.#emulator;
    if (emulator === undefined) throw new MachineError('boot-failed', 'the machine was never started');
    // A guest that does not answer is what restarts are for, so it is not waited for.
    if (this.#state === 'running') await Promise.race([this.syncVolumes().catch(() => {}), delay(SYNC_TIME)]);
    this.#setState('starting', 'restarting');
    this.#lose('starting', 'the machine was restarted');
    await emulator.stop();
    try {
      await this.#resume(emulator);
    } catch (error) {
      this.#lose('crashed', message(error));
      throw new MachineError('boot-failed', `the machine could not be restarted: ${message(error)}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    const emulator = this.#emulator;
    this.#emulator = undefined;
    this.#lose('stopped', 'the machine was stopped');
    await emulator?.destroy();
  }

  async #resume(emulator: V86Emulator): Promise<void> {
    const { files, workspace, images, now = Date.now } = this.#options;
    // The snapshot holds no mounts, so no fid of the guest before it means anything any more.
    files.reset();
    workspace?.reset();
    await emulator.restore_state(exact(await images.state));
    const session = new GuestSession({
      transmit: (bytes) => emulator.bus.send(linkPort, bytes),
      onChange: (change) => emit(this.#changeListeners, change),
      onInvocation: (invocation) => emit(this.#invocationListeners, invocation),
      onQuestion: (question, send) => this.networks.asked(question, send),
    });
    this.#session = session;
    this.#workspace = workspace && new WorkspaceRelay((bytes) => emulator.bus.send(workspacePort, bytes), workspace);
    await emulator.run();
    const entropy = base64(crypto.getRandomValues(new Uint8Array(64)));
    await session.request({ op: 'resume', time: now(), entropy, workspace: workspace !== undefined });
    this.#watchdog = new Watchdog({
      session,
      instructions: () => emulator.get_instruction_counter(),
      onDead: (reason) => this.#crash(reason),
    });
    this.#setState('running');
  }

  #process(message: Readonly<Record<string, unknown>>, process: ProcessSpec): Promise<GuestProcess> {
    return this.#running((session) => session.start(message, process.terminal === true));
  }

  #request(message: Readonly<Record<string, unknown>>) {
    return this.#running((session) => session.request(message));
  }

  async #running<T>(work: (session: GuestSession) => Promise<T>): Promise<T> {
    if (this.#state !== 'running' || this.#session === undefined) {
      throw new MachineError('crashed', `the machine is not running (${this.#state})`);
    }
    return work(this.#session);
  }

  /** Has the guest write a file in /spool, and takes it from there. */
  async #spool(work: (file: string) => Promise<unknown>): Promise<Uint8Array> {
    const { spool } = this.#options;
    const name = this.#spoolName();
    try {
      await work(`/spool${name}`);
      return spool.read(name);
    } finally {
      if (spool.exists(name)) spool.remove(name);
    }
  }

  /** Never the same name twice: the guest caches what it knows of a name. */
  #spoolName(): string {
    return `/${++this.#spooled}`;
  }

  #console(line: string): void {
    this.#options.onConsole?.(line);
    const panic = /Kernel panic - not syncing: .*/.exec(line);
    if (panic) this.#crash(panic[0]);
  }

  #crash(reason: string): void {
    if (this.#state === 'crashed' || this.#state === 'stopped') return;
    // Whatever it still does would only burn the processor.
    void this.#emulator?.stop();
    this.#lose('crashed', reason);
  }

  #lose(state: MachineState, reason?: string): void {
    this.#watchdog?.stop();
    this.#watchdog = undefined;
    const session = this.#session;
    this.#session = undefined;
    this.#setState(state, reason);
    session?.fail(new MachineError('crashed', reason ?? 'the machine is gone'));
  }

  #setState(state: MachineState, reason?: string): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state, reason);
  }
}

function emit<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) listener(value);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
