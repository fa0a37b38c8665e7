import { DistributionError } from './errors.ts';

/**
 * The body of a request in the chunks it came in.
 * @param take told of each chunk's bytes before it is kept; what it throws ends the reading
 * @throws DistributionError SIZE_INVALID if there are fewer or more bytes than Content-Length says
 */
export async function readChunks(request: Request, take: (bytes: number) => void): Promise<readonly Uint8Array[]> {
  const declared = request.headers.get('Content-Length');
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      take(value.length);
      size += value.length;
      if (value.length > 0) chunks.push(value);
    }
  } catch (error) {
    await reader?.cancel().catch(() => undefined);
    throw error;
  }
  if (declared !== null && Number(declared) !== size) {
    throw new DistributionError('SIZE_INVALID', 'provided length did not match content length', {
      detail: { declared: Number(declared), received: size },
    });
  }
  return chunks;
}

export function tooLarge(limit: number): DistributionError {
  return new DistributionError('SIZE_INVALID', `too large: this registry takes up to ${limit} bytes`, { status: 413 });
}

/** One array of several; the array itself if there is one. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Whether the chunks, one after the other, are these bytes. */
export function isSameContent(chunks: readonly Uint8Array[], bytes: Uint8Array): boolean {
  let at = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) if (chunk[i] !== bytes[at + i]) return false;
    at += chunk.length;
  }
  return at === bytes.length;
}
