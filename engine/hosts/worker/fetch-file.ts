import type { GuestFile } from '../guest-manifest.ts';
import { HostError } from '../host.ts';

/**
 * Fetches one of the guest's files whole.
 * @param onBytes told of each chunk's size as it comes
 * @throws HostError `fetch-failed`, naming the file
 */
export async function fetchFile(base: string, file: GuestFile, onBytes: (count: number) => void): Promise<Uint8Array> {
  const url = new URL(file.path, base);
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const bytes = new Uint8Array(file.size);
    let at = 0;
    for await (const chunk of response.body) {
      if (at + chunk.length > bytes.length) throw new Error('it is longer than it should be');
      bytes.set(chunk, at);
      at += chunk.length;
      onBytes(chunk.length);
    }
    if (at !== bytes.length) throw new Error(`it ended after ${at} of ${bytes.length} bytes`);
    return bytes;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HostError('fetch-failed', `${url.pathname} could not be fetched: ${why}`, { cause });
  }
}
