import type { GuestProcess } from '../machine/machine.ts';
import type { Clock } from './clock.ts';
import type { ExecInstance } from './exec-instance.ts';
import { LogBuffer } from './log-buffer.ts';
import type { Sandbox } from './network/sandbox.ts';
import { ProcessStreams } from './process-streams.ts';
import type { ContainerRecord } from './record.ts';

/** A container in the engine's memory: its record, and what exists only while the engine runs. */
export class Container {
  record: ContainerRecord;
  readonly log: LogBuffer;
  readonly execs = new Map<string, ExecInstance>();
  /** Streams of the run that is going on, or of the next one: clients attach before a start. */
  streams: ProcessStreams;
  process: GuestProcess | undefined;
  /** Its networks while it runs; of a container that shares another's, none. */
  sandbox: Sandbox | undefined;
  /** Resolves when the run that is going on has ended and everybody has been told. */
  exited: Promise<void> = Promise.resolve();
  /** Resolves when what follows an exit (`--rm`) has been done as well. */
  settled: Promise<void> = Promise.resolve();
  /** True during `docker restart`: the exit in its midst is not the end of a container with `--rm`. */
  keptOnExit = false;
  /** What calls off the restart that its policy has planned, if one is. */
  plannedRestart: { readonly cancel: () => void } | undefined;
  /** Milliseconds that its policy waited before this run; 0 after a start by hand. */
  restartDelay = 0;
  readonly #waiters = new Set<Waiter>();
  #last: Promise<unknown> = Promise.resolve();
  #stored: Promise<void> = Promise.resolve();

  constructor(record: ContainerRecord, clock: Clock) {
    this.record = record;
    this.log = new LogBuffer(clock);
    this.streams = new ProcessStreams(this.log);
  }

  get id(): string {
    return this.record.id;
  }

  get name(): string {
    return this.record.name;
  }

  /** Runs changes of state one after another. What waits for an exit must do so outside. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Runs what touches the container's record in the store, one after another: the last write must win. */
  store(work: () => Promise<void>): Promise<void> {
    const result = this.#stored.then(work);
    this.#stored = result.catch(() => {});
    return result;
  }

  /** Resolves with the exit code at the next exit or at removal. Stops waiting when `signal` aborts, and never resolves then. */
  next(until: 'exit' | 'removal', signal?: AbortSignal): Promise<number> {
    return new Promise((resolve) => {
      const waiter: Waiter = { until, resolve };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', () => this.#waiters.delete(waiter), { once: true });
    });
  }

  /** Tells those who wait; a removal ends every wait. */
  notify(what: 'exit' | 'removal'): void {
    for (const waiter of [...this.#waiters]) {
      if (what === 'exit' && waiter.until === 'removal') continue;
      this.#waiters.delete(waiter);
      waiter.resolve(this.record.lifecycle.exitCode);
    }
  }
}

interface Waiter {
  readonly until: 'exit' | 'removal';
  readonly resolve: (exitCode: number) => void;
}
