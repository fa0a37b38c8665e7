import { RegistryError } from '../errors.ts';

/** A whole body. @throws RegistryError `corrupt` past `limit` bytes, `unavailable` if it breaks off */
export async function readAtMost(
  response: Response,
  limit: number,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (const reader = response.body?.getReader(); reader; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.length;
      if (size <= limit) continue;
      await reader.cancel();
      throw new RegistryError('corrupt', `manifest of more than ${limit} bytes: ${response.url}`);
    }
  } catch (cause) {
    if (cause instanceof RegistryError) throw cause;
    signal?.throwIfAborted();
    throw new RegistryError('unavailable', `Get "${response.url}": unexpected EOF`, { cause });
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** `tags` of a list of tags; undefined if it is none. */
export function toTagList(bytes: Uint8Array): readonly string[] | undefined {
  try {
    const { tags } = JSON.parse(new TextDecoder().decode(bytes)) as { tags?: unknown };
    // Registries have said null for none.
    if (tags === null) return [];
    return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? tags : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it could be a JSON object at all. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  return /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}
