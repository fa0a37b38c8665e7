import type { SolveStatus, Vertex } from '../../builder/progress.ts';
import type { BuildMessage } from '../types.ts';

/** An instruction of the Dockerfile, as the classic builder counts steps: FROM and everything after. */
export interface ClassicStep {
  /** As written, on one line. */
  readonly text: string;
  /** 1-based first and last line in the Dockerfile. */
  readonly lines: readonly [number, number];
}

/**
 * Tells a build in the words of Docker's classic builder, which clients without BuildKit print: a `Step n/m` line for
 * each instruction, the output of RUN, `Using cache`.
 */
export class ClassicBuildText {
  readonly #steps: readonly ClassicStep[];
  readonly #write: (message: BuildMessage) => void;
  readonly #started = new Set<string>();
  readonly #cached = new Set<string>();
  #told = 0;

  constructor(steps: readonly ClassicStep[], write: (message: BuildMessage) => void) {
    this.#steps = steps;
    this.#write = write;
  }

  status(status: SolveStatus): void {
    for (const vertex of status.vertexes ?? []) this.#vertex(vertex);
    for (const log of status.logs ?? []) this.#write({ stream: new TextDecoder().decode(log.data) });
  }

  /** The steps after the last that did something. */
  rest(): void {
    this.#tellThrough(this.#steps.length);
  }

  #vertex(vertex: Vertex): void {
    const { lines } = vertex;
    if (!lines || !vertex.started) return;
    if (!this.#started.has(vertex.digest)) {
      this.#started.add(vertex.digest);
      const index = this.#steps.findIndex((step) => step.lines[0] === lines[0]);
      if (index >= 0) this.#tellThrough(index + 1);
    }
    if (vertex.cached && !this.#cached.has(vertex.digest)) {
      this.#cached.add(vertex.digest);
      if (!vertex.name.includes(' FROM ')) this.#write({ stream: ' ---> Using cache\n' });
    }
  }

  #tellThrough(count: number): void {
    while (this.#told < count) {
      const step = this.#steps[this.#told];
      this.#told += 1;
      if (step) this.#write({ stream: `Step ${this.#told}/${this.#steps.length} : ${step.text}\n` });
    }
  }
}
