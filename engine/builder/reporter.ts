import { sha256 } from '../image/digest.ts';
import { type Clock, rfc3339 } from './clock.ts';
import type { SolveStatus, Vertex } from './progress.ts';

const encoder = new TextEncoder();

/** A vertex that is being worked on: tells the build's listener of each change. */
export class VertexReporter {
  #vertex: Vertex;
  readonly #emit: (status: SolveStatus) => void;
  readonly #time: () => string;
  readonly #begun = new Map<string, string>();

  constructor(vertex: Vertex, emit: (status: SolveStatus) => void, time: () => string) {
    this.#vertex = vertex;
    this.#emit = emit;
    this.#time = time;
  }

  get digest(): string {
    return this.#vertex.digest;
  }

  get name(): string {
    return this.#vertex.name;
  }

  start(details: Pick<Vertex, 'reason'> = {}): void {
    this.#change({ started: this.#vertex.started ?? this.#time(), ...details });
  }

  complete(details: Pick<Vertex, 'cached' | 'error' | 'layer' | 'bytes'> = {}): void {
    if (this.#vertex.completed === undefined) this.#change({ completed: this.#time(), ...details });
  }

  /** Something inside the vertex goes on. `done` ends it. */
  status(id: string, current = 0, total = 0, done = false): void {
    const timestamp = this.#time();
    const started = this.#begun.get(id) ?? timestamp;
    this.#begun.set(id, started);
    const completed = done ? { completed: timestamp } : {};
    const vertex = this.digest;
    this.#emit({ statuses: [{ id, vertex, current, total, timestamp, started, ...completed }] });
  }

  log(stream: 1 | 2, data: Uint8Array): void {
    this.#emit({ logs: [{ vertex: this.digest, stream, data, timestamp: this.#time() }] });
  }

  /**
   * Starts, works, completes; an error completes the vertex too and goes on.
   * @param work gives what is to be told of the completion
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.start();
    try {
      const result = await work();
      this.complete();
      return result;
    } catch (error) {
      this.complete({ error: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  #change(change: Partial<Vertex>): void {
    this.#vertex = { ...this.#vertex, ...change };
    this.#emit({ vertexes: [this.#vertex] });
  }
}

/** Makes the vertices of one build. */
export class Reporter {
  readonly emit: (status: SolveStatus) => void;
  readonly #now: Clock;
  /** Tells the vertices of this build from those of others with the same names. */
  readonly #nonce: string;
  #count = 0;

  constructor(emit: (status: SolveStatus) => void, now: Clock) {
    this.emit = emit;
    this.#now = now;
    this.#nonce = String(now());
  }

  time(): string {
    return rfc3339(this.#now());
  }

  async vertex(name: string, details: Pick<Vertex, 'inputs' | 'lines'> = {}): Promise<VertexReporter> {
    const digest = await sha256(encoder.encode(`${this.#nonce} ${this.#count++} ${name}`));
    return new VertexReporter({ digest, name, ...details }, this.emit, () => this.time());
  }
}
