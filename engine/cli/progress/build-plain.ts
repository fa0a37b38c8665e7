import type { SolveStatus } from '../../builder/progress.ts';
import { type BuildTrace, elapsed, isCanceled, type TracedVertex, transferred } from './build-trace.ts';

/** How long one step may keep others from being printed, in milliseconds. */
const PATIENCE = 5000;

/**
 * A build as lines that are never drawn again (`--progress=plain`), after BuildKit's. Steps run at the same time, so
 * one is printed at a time, and the lines of the others wait until it is done.
 */
export class PlainBuild {
  readonly #trace: BuildTrace;
  #current: TracedVertex | undefined;
  #currentSince = 0;
  readonly #waiting = new Map<TracedVertex, string[]>();
  readonly #toldStatuses = new Set<string>();
  readonly #toldReasons = new Set<string>();
  #printedAny = false;

  constructor(trace: BuildTrace) {
    this.#trace = trace;
  }

  /** What a change adds to the output. */
  update(status: SolveStatus, now = Date.now()): string {
    const lines = this.#trace.update(status);
    for (const { digest, started, reason } of status.vertexes ?? []) {
      const traced = this.#trace.get(digest);
      if (!traced || started === undefined) continue;
      const isNew = reason !== undefined && !this.#toldReasons.has(digest);
      if (isNew) this.#toldReasons.add(digest);
      this.#wait(traced, isNew ? [`#${traced.number} not cached: ${reason}`] : []);
    }
    for (const { vertex, id } of status.statuses ?? []) {
      const traced = this.#trace.get(vertex);
      const shown = traced?.statuses.get(id);
      // Only the end is worth a line of its own: there may be thousands of steps on the way.
      if (!traced || shown?.completed === undefined || this.#toldStatuses.has(shown.vertex + id)) continue;
      this.#toldStatuses.add(shown.vertex + id);
      this.#wait(traced, [statusLine(traced, id)]);
    }
    for (const [traced, added] of lines)
      this.#wait(
        traced,
        added.map((line) => `#${traced.number} ${line}`),
      );
    for (const { digest, completed } of status.vertexes ?? []) {
      const traced = this.#trace.get(digest);
      if (traced && completed !== undefined) this.#wait(traced, [endLine(traced)]);
    }
    return this.#drain(now);
  }

  #wait(traced: TracedVertex, lines: readonly string[]): void {
    this.#waiting.set(traced, [...(this.#waiting.get(traced) ?? []), ...lines]);
  }

  #drain(now: number): string {
    let text = '';
    for (;;) {
      if (!this.#current) {
        const next = [...this.#waiting.keys()].toSorted((a, b) => a.number - b.number)[0];
        if (!next) return text;
        this.#current = next;
        this.#currentSince = now;
        text += `${this.#printedAny ? '\n' : ''}#${next.number} ${next.vertex.name}\n`;
        this.#printedAny = true;
      }
      const current = this.#current;
      const lines = this.#waiting.get(current) ?? [];
      this.#waiting.delete(current);
      text += lines.map((line) => `${line}\n`).join('');
      const impatient = this.#waiting.size > 0 && now - this.#currentSince > PATIENCE;
      if (current.vertex.completed === undefined && !impatient) return text;
      if (current.vertex.completed === undefined) text += `#${current.number} ...\n`;
      this.#current = undefined;
    }
  }
}

function statusLine({ number, statuses }: TracedVertex, id: string): string {
  const status = statuses.get(id);
  if (!status) return `#${number} ${id}`;
  const size = transferred(status);
  const seconds = elapsed(status.started, status.completed ?? status.timestamp);
  const time = seconds > 0.01 ? ` ${seconds.toFixed(1)}s` : '';
  return `#${number} ${id}${size ? ` ${size}` : ''}${time}${status.completed === undefined ? '' : ' done'}`;
}

function endLine({ number, vertex }: TracedVertex): string {
  if (isCanceled(vertex)) return `#${number} CANCELED`;
  if (vertex.error) return `#${number} ERROR: ${vertex.error}`;
  if (vertex.cached) return `#${number} CACHED`;
  return `#${number} DONE ${elapsed(vertex.started, vertex.completed).toFixed(1)}s`;
}
