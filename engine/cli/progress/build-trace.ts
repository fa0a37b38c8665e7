import type { BuildPlan, SolveStatus, Vertex, VertexStatus, VertexWarning } from '../../builder/progress.ts';

/** Lines of output kept of a step, to be shown if it fails. */
const KEPT_LINES = 10;

/** One step as known so far. */
export interface TracedVertex {
  /** From 1, in the order in which steps appeared: `#3`. */
  readonly number: number;
  vertex: Vertex;
  /** In the order in which they appeared. */
  readonly statuses: Map<string, VertexStatus>;
  readonly log: LineBuffer;
}

/** Splits output into lines, each with the time since its step began, and keeps the last of them. */
export class LineBuffer {
  readonly #decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  #partial = '';
  #partialSince = '';
  readonly #kept: string[] = [];

  /** Whole lines that `data` completes: `0.123 text`. */
  push(stream: 1 | 2, data: Uint8Array, stamp: string): readonly string[] {
    const text = this.#partial + this.#decoders[stream].decode(data, { stream: true });
    const first = this.#partial ? this.#partialSince : stamp;
    const pieces = text.split('\n');
    this.#partial = pieces.pop() ?? '';
    this.#partialSince = pieces.length === 0 ? first : stamp;
    return this.#keep(pieces.map((piece, index) => `${index === 0 ? first : stamp} ${lastOverwrite(piece)}`));
  }

  /** What is left without a line end, once the step is over. */
  flush(): readonly string[] {
    if (this.#partial === '') return [];
    const line = `${this.#partialSince} ${lastOverwrite(this.#partial)}`;
    this.#partial = '';
    return this.#keep([line]);
  }

  last(): readonly string[] {
    return this.#kept;
  }

  #keep(lines: readonly string[]): readonly string[] {
    this.#kept.push(...lines);
    this.#kept.splice(0, this.#kept.length - KEPT_LINES);
    return lines;
  }
}

/** A line that was written over with carriage returns, as it stood at the end. */
function lastOverwrite(line: string): string {
  return line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
}

/** Everything that a build has told so far. */
export class BuildTrace {
  readonly #byDigest = new Map<string, TracedVertex>();
  readonly #warnings: VertexWarning[] = [];
  #dockerfile: BuildPlan['dockerfile'] | undefined;

  get vertices(): readonly TracedVertex[] {
    return [...this.#byDigest.values()];
  }

  get warnings(): readonly VertexWarning[] {
    return this.#warnings;
  }

  /** Known once the build has read it. */
  get dockerfile(): BuildPlan['dockerfile'] | undefined {
    return this.#dockerfile;
  }

  get(digest: string): TracedVertex | undefined {
    return this.#byDigest.get(digest);
  }

  /** Takes a change in. Gives the new lines of output by step. */
  update(status: SolveStatus): ReadonlyMap<TracedVertex, readonly string[]> {
    const lines = new Map<TracedVertex, readonly string[]>();
    const add = (traced: TracedVertex, more: readonly string[]): void => {
      if (more.length > 0) lines.set(traced, [...(lines.get(traced) ?? []), ...more]);
    };
    for (const vertex of status.vertexes ?? []) {
      const known = this.#byDigest.get(vertex.digest);
      if (known) known.vertex = { ...known.vertex, ...vertex };
      else {
        const number = this.#byDigest.size + 1;
        this.#byDigest.set(vertex.digest, { number, vertex, statuses: new Map(), log: new LineBuffer() });
      }
    }
    for (const each of status.statuses ?? []) this.#byDigest.get(each.vertex)?.statuses.set(each.id, each);
    for (const { vertex, stream, data, timestamp } of status.logs ?? []) {
      const traced = this.#byDigest.get(vertex);
      if (traced) add(traced, traced.log.push(stream, data, logStamp(traced.vertex.started, timestamp)));
    }
    for (const { digest, completed } of status.vertexes ?? []) {
      const traced = completed === undefined ? undefined : this.#byDigest.get(digest);
      if (traced) add(traced, traced.log.flush());
    }
    this.#warnings.push(...(status.warnings ?? []));
    this.#dockerfile = status.plan?.dockerfile ?? this.#dockerfile;
    return lines;
  }
}

/** Seconds since the step began, with as many decimals as four digits leave room for. */
function logStamp(started: string | undefined, timestamp: string): string {
  const seconds = Math.max(0, started === undefined ? 0 : (Date.parse(timestamp) - Date.parse(started)) / 1000);
  return seconds.toFixed(seconds < 10 ? 3 : seconds < 100 ? 2 : 1);
}

/** Seconds that something took, or has taken until `now`. */
export function elapsed(started: string | undefined, completed: string | undefined, now = Date.now()): number {
  if (started === undefined) return 0;
  return Math.max(0, (completed === undefined ? now : Date.parse(completed)) - Date.parse(started)) / 1000;
}

/** ` 1.2MB / 3MB` or ` 31B` of a transfer, without the blank; empty if nothing is counted. */
export function transferred({ current, total }: VertexStatus): string {
  if (total > 0) return `${bytes(current)} / ${bytes(total)}`;
  return current > 0 ? bytes(current) : '';
}

/** As BuildKit prints bytes: whole ones plainly, larger units of 1000 with two decimals. */
function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${units[unit]}`;
}

export function isCanceled(vertex: Vertex): boolean {
  return vertex.error?.endsWith('context canceled') ?? false;
}
