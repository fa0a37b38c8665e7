import type { Transport } from '../api/transport.ts';

/** One step of starting an engine, told as it happens. */
export interface StartProgress {
  /** What is being done, for people: `Fetching the machine`. */
  readonly step: string;
  /** Bytes so far and in all, where the step is a download. */
  readonly loaded?: number;
  readonly total?: number;
}

export type HostState = 'starting' | 'running' | 'crashed' | 'stopped';

/** Where an engine runs: a Web Worker, a Node process, a WebContainer or somebody's Docker. */
export interface Host {
  /** Starts the engine once; a second call gives the same promise. Rejects with HostError. */
  start(onProgress?: (progress: StartProgress) => void): Promise<Transport>;
  stop(): Promise<void>;
  /** Told of every change, with a reason where there is one (`Kernel panic: …`). */
  onState(listener: (state: HostState, reason?: string) => void): () => void;
}

export type HostErrorCode = 'no-webassembly' | 'no-worker' | 'fetch-failed' | 'out-of-memory' | 'boot-failed';

/** The engine could not be started; the code tells the page which way out to offer. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;
  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
