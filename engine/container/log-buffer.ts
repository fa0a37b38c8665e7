import { type Clock, rfc3339NanoFixed } from './clock.ts';

/** What a container wrote, as Docker's json-file driver keeps it: a line with its newline, or a piece of a long one. */
export interface LogRecord {
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

export interface LogQuery {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly timestamps: boolean;
  /** Microseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** Last lines to begin with; undefined for all. */
  readonly tail?: number;
  readonly follow: boolean;
}

/** Longest piece that one record holds, as in dockerd's copier. */
const LONGEST_RECORD = 16 * 1024;
/** What a container's log may hold by default, in bytes of output; the oldest records go first. */
export const DEFAULT_LOG_BYTES = 4 * 1024 * 1024;
/** What a record costs beside its bytes, so that a flood of empty lines is bounded too. */
const RECORD_OVERHEAD = 64;

const NEWLINE = 0x0a;

/** A container's output, bounded; written by its streams and read by any number of `logs`. */
export class LogBuffer {
  readonly #clock: Clock;
  readonly #limit: number;
  /** Those before `#head` have been dropped; they are taken out together, so that dropping costs nothing per record. */
  #records: (LogRecord | undefined)[] = [];
  #head = 0;
  /** Sequence number of `#records[0]`. */
  #base = 0;
  #bytes = 0;
  readonly #pending = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  readonly #waiting = new Set<() => void>();
  #open = false;

  constructor(clock: Clock, limit = DEFAULT_LOG_BYTES) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** The container started: followers wait for more until {@link end}. */
  begin(): void {
    this.#open = true;
  }

  /** The container ended: unfinished lines are kept as they are, and followers end. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = concat(this.#pending[stream]);
      this.#pending[stream] = [];
      if (rest.length > 0) this.#add(stream, rest);
    }
    this.#open = false;
    this.#wake();
  }

  write(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    let start = 0;
    let pending = this.#pending[stream].reduce((total, piece) => total + piece.length, 0);
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      const room = LONGEST_RECORD - pending;
      const end = Math.min(newline < 0 ? chunk.length : newline + 1, start + room);
      // A copy: what is kept must not hold on to a transport's larger buffer.
      this.#pending[stream].push(chunk.slice(start, end));
      pending += end - start;
      start = end;
      if (end === newline + 1 || pending >= LONGEST_RECORD) {
        this.#add(stream, concat(this.#pending[stream]));
        this.#pending[stream] = [];
        pending = 0;
      }
    }
    this.#wake();
  }

  /** Records as `query` asks for them; with `follow`, until the container ends, `until` passes or `signal` aborts. */
  async *read(query: LogQuery, signal?: AbortSignal): AsyncGenerator<LogRecord> {
    const wanted = (record: LogRecord): boolean =>
      (record.stream === 'stdout' ? query.stdout : query.stderr) && record.time >= (query.since ?? 0);
    let sequence = this.#base + this.#head;
    if (query.tail !== undefined) sequence = this.#tail(query.tail, wanted);
    for (;;) {
      sequence = Math.max(sequence, this.#base + this.#head);
      const record = this.#records[sequence - this.#base];
      if (record) {
        sequence += 1;
        if (query.until !== undefined && record.time > query.until) return;
        if (wanted(record)) yield query.timestamps ? stamped(record) : record;
        if (signal?.aborted) return;
        continue;
      }
      if (!query.follow || !this.#open || signal?.aborted) return;
      if (query.until !== undefined && this.#clock() > query.until) return;
      await this.#change(signal, query.until);
    }
  }

  /** Sequence number from which the last `count` wanted records run. */
  #tail(count: number, wanted: (record: LogRecord) => boolean): number {
    let left = count;
    let index = this.#records.length;
    while (left > 0 && index > this.#head) {
      index -= 1;
      const record = this.#records[index];
      if (record && wanted(record)) left -= 1;
    }
    return this.#base + index;
  }

  #add(stream: 'stdout' | 'stderr', data: Uint8Array): void {
    this.#records.push({ time: this.#clock(), stream, data });
    this.#bytes += data.length + RECORD_OVERHEAD;
    while (this.#bytes > this.#limit && this.#head < this.#records.length - 1) {
      this.#bytes -= (this.#records[this.#head]?.data.length ?? 0) + RECORD_OVERHEAD;
      this.#records[this.#head] = undefined;
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#head);
      this.#base += this.#head;
      this.#head = 0;
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #change(signal: AbortSignal | undefined, until: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        clearTimeout(timer);
        resolve();
      };
      const timer = until === undefined ? undefined : setTimeout(done, Math.max(0, (until - this.#clock()) / 1000) + 1);
      signal?.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }
}

function stamped(record: LogRecord): LogRecord {
  return { ...record, data: concat([new TextEncoder().encode(`${rfc3339NanoFixed(record.time)} `), record.data]) };
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  const whole = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
