import { sha256 } from '../../image/digest.ts';
import type { Descriptor } from '../../image/documents.ts';
import { RegistryError } from '../errors.ts';
import { describeFailure, readRefusal } from './failure.ts';
import { isTransient, type RetryOptions, retrying } from './retry.ts';

/** One attempt's answer to "the bytes from here on". */
export type Ask = (offset: number) => Promise<Response>;

export interface DownloadOptions extends RetryOptions {
  /** Bytes so far; less than before when a download has to begin anew. */
  readonly onProgress?: ((current: number) => void) | undefined;
}

/**
 * A blob, checked. An interrupted download goes on where it was, if the registry can do that.
 * @throws RegistryError `corrupt`, `unavailable`; what `ask` throws; the signal's reason
 */
export async function download(
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  ask: Ask,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const parts = new Parts();
  await retrying(async () => read(parts, size, await ask(parts.size), options.onProgress), options);
  const bytes = parts.joined();
  const actual = await sha256(bytes);
  if (actual === digest && bytes.length === size) return bytes;
  throw new RegistryError(
    'corrupt',
    actual === digest
      ? `blob ${digest} has ${bytes.length} bytes, its manifest says ${size}`
      : `filesystem layer verification failed for digest ${digest}: the blob received has the digest ${actual}`,
  );
}

/** Adds a response's body to what is there; a registry that knows no ranges sends all of it again. */
async function read(
  parts: Parts,
  limit: number,
  response: Response,
  onProgress?: (current: number) => void,
): Promise<void> {
  // 416: what is here already is no beginning of what is there.
  if (response.status === 416) parts.clear();
  if (response.status === 416 || isTransient(response.status)) {
    const { text } = await readRefusal(response);
    throw new RegistryError('unavailable', `error pulling image: ${text}`);
  }
  const start = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1];
  if (response.status !== 206 || Number(start) !== parts.size) parts.clear();
  const reader = response.body?.getReader();
  try {
    // More than it should be cannot have the digest, so there is no reason to read on.
    while (reader && parts.size <= limit) {
      const { done, value } = await reader.read();
      if (done) return;
      parts.add(value);
      onProgress?.(parts.size);
    }
  } catch (cause) {
    throw new RegistryError('unavailable', `error pulling image: ${describeFailure(cause)}`, { cause });
  }
  await reader?.cancel().catch(() => undefined);
}

/** Chunks of a body, in order. */
class Parts {
  #chunks: Uint8Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }

  /** One array; the very chunk if there is one, as a registry in this process gives it. */
  joined(): Uint8Array {
    const [first] = this.#chunks;
    if (first && this.#chunks.length === 1) return first;
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }
}
