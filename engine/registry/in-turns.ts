/**
 * Does every job, so many at a time, in order. The first failure stops the others, and theirs is that one too.
 * @returns a promise for each job: what it gives, as soon as it does
 */
export function inTurns<T, R>(
  count: number,
  jobs: readonly T[],
  signal: AbortSignal | undefined,
  run: (job: T, signal: AbortSignal) => Promise<R>,
): readonly Promise<R>[] {
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const turns = jobs.map((job) => new Turn<T, R>(job));
  const waiting = [...turns];
  const worker = async (): Promise<void> => {
    for (let turn = waiting.shift(); turn; turn = waiting.shift()) {
      try {
        either.throwIfAborted();
        turn.resolve(await run(turn.job, either));
      } catch (error) {
        failed.abort(error);
        turn.reject(failed.signal.reason);
      }
    }
  };
  for (let i = 0; i < count; i++) void worker();
  return turns.map(({ result }) => result);
}

class Turn<T, R> {
  readonly job: T;
  readonly result: Promise<R>;
  resolve: (value: R) => void = () => undefined;
  reject: (reason: unknown) => void = () => undefined;

  constructor(job: T) {
    this.job = job;
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits for one of several learns of the first failure from any.
    this.result.catch(() => undefined);
  }
}
