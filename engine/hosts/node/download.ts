import type { Fetch } from '../../builder/request.ts';

/** Reads a URL, with what Node says of a server that it cannot reach. */
export const download: Fetch = async (url, init) => {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw new Error(`cannot reach ${new URL(url).host}: ${reasonOf(cause)}`, { cause });
  }
};

/** Node's own message is only `fetch failed`; why is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error.cause instanceof Error)) return error.message;
  // Several addresses were tried: their errors have the messages.
  return error.cause.message || (error.cause as NodeJS.ErrnoException).code || error.message;
}
