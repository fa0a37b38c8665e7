import type { SourceRange } from '../dockerfile/index.ts';
import { hexOf, isDigest, sha256 } from '../image/digest.ts';
import type { CopySource } from './copy-sources.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import type { StepContext } from './stage-solver.ts';
import type { InstructionOf } from './stage-state.ts';

export function isUrl(argument: string): boolean {
  return /^https?:\/\//.test(argument);
}

/**
 * Fetches what ADD of a URL names, as a file of mode 0600 with the server's Last-Modified as its time.
 * @throws BuildError `file` if it cannot be had, or is not what `--checksum` says; `invalid` for COPY
 */
export async function download(
  url: string,
  instruction: InstructionOf<'COPY'> | InstructionOf<'ADD'>,
  range: SourceRange,
  context: StepContext,
): Promise<CopySource> {
  if (instruction.kind === 'COPY') throw new BuildError('invalid', "source can't be a URL for COPY", { range });
  const { fetch } = context.environment;
  if (!fetch) throw new BuildError('file', `ADD ${url}: this engine has no access to the network`, { range });
  const { signal } = context.solver;
  let bytes: Uint8Array;
  let modified: string | null;
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (!response.ok) throw new Error(`invalid response status ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
    modified = response.headers.get('last-modified');
  } catch (cause) {
    throwIfCanceled(signal);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError('file', `failed to load cache key: ${url}: ${reason}`, { range, cause });
  }
  await verify(bytes, instruction.checksum?.value, url, range);
  const time = Date.parse(modified ?? '');
  const mtime = Number.isNaN(time) ? 0 : Math.floor(time / 1000);
  const name =
    decodeURIComponent(new URL(url).pathname)
      .split('/')
      .findLast((part) => part !== '') ?? '__unnamed__';
  return { path: url, name, node: { kind: 'file', mode: 0o600, uid: 0, gid: 0, mtime, data: bytes } };
}

async function verify(bytes: Uint8Array, checksum: string | undefined, url: string, range: SourceRange): Promise<void> {
  if (checksum === undefined) return;
  if (!isDigest(checksum)) throw new BuildError('invalid', 'invalid checksum digest format', { range });
  const actual = await sha256(bytes);
  if (hexOf(actual) !== hexOf(checksum)) {
    throw new BuildError('file', `digest mismatch ${actual}: ${checksum} of ${url}`, { range });
  }
}
