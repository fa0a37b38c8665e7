/**
 * Does every job, so many at a time, in order. The first failure stops the others.
 * @throws what a job throws first; the signal's reason
 */
export async function inTurns<T>(
  count: number,
  jobs: readonly T[],
  signal: AbortSignal | undefined,
  run: (job: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const waiting = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      either.throwIfAborted();
      await run(job, either);
    }
  };
  const workers = Array.from({ length: count }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    failed.abort(error);
    // Nobody is at work any more when this is over.
    await Promise.allSettled(workers);
    throw error;
  }
}
