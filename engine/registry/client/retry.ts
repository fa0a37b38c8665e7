import { RegistryError } from '../errors.ts';

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Seconds to go until it is tried again. */
  readonly onRetry?: ((seconds: number) => void) | undefined;
  /** Resolves after so many milliseconds, or rejects with the signal's reason. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** As often as dockerd tries to move a layer (`max-download-attempts`, `max-upload-attempts`). */
const ATTEMPTS = 5;
/** Answers that may be another one in a moment. */
const TRANSIENT: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/** Tries again, each time after a second more, while the registry is `unavailable`. */
export async function retrying<T>(work: () => Promise<T>, { signal, onRetry, wait }: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const isTransient = error instanceof RegistryError && error.code === 'unavailable';
      if (!isTransient || attempt === ATTEMPTS) throw error;
      for (let seconds = attempt; seconds > 0; seconds--) {
        onRetry?.(seconds);
        await wait(1000, signal);
      }
    }
  }
}

/** True for a status that is worth another attempt. */
export function isTransient(status: number): boolean {
  return TRANSIENT.includes(status);
}
