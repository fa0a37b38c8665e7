import type { SourceRange } from '../dockerfile/index.ts';
import type { RegularFile } from '../files/node.ts';
import { hexOf, isDigest, sha256 } from '../image/digest.ts';
import type { CopySource } from './copy-sources.ts';
import type { DownloadRecord } from './download-records.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import type { StepContext } from './stage-solver.ts';
import type { InstructionOf } from './stage-state.ts';

/** Permission bits of what is downloaded (Dockerfile reference, "ADD", "Adding files from a URL"). */
const MODE = 0o600;
/** What to do where a URL cannot be read. */
const INSTEAD = '. Download the file yourself, put it beside the Dockerfile and COPY it';

export function isUrl(argument: string): boolean {
  return /^https?:\/\//.test(argument);
}

/** Whether ADD would clone a source (BuildKit, util/gitutil): by its scheme, `git@`, GitHub's name, or `.git` in the path. */
export function isGitUrl(argument: string): boolean {
  if (/^(git|ssh):\/\/|^[\w.-]+@[\w.-]+:|^github\.com\//.test(argument)) return true;
  return /^https?:\/\/[^#?]+\.git(#|$)/.test(argument);
}

/** @throws BuildError `invalid` that says why a repository cannot be added */
export function refuseGit(url: string, range: SourceRange): never {
  const why = 'there is no Git here, and no network that would reach the repository';
  const way = 'clone it beside the Dockerfile and COPY the folder';
  throw new BuildError('invalid', `cannot clone ${url}: ${why}; ${way}`, { range });
}

/**
 * What ADD of a URL names, as a file of mode 0600 with the server's Last-Modified as its time. The server is asked
 * whether the file has changed since it was last downloaded; if not, it is downloaded only when its bytes are needed.
 * @throws BuildError `file` if it cannot be had, or is not what `--checksum` says; `invalid` for COPY
 */
export async function download(
  url: string,
  instruction: InstructionOf<'COPY'> | InstructionOf<'ADD'>,
  range: SourceRange,
  context: StepContext,
): Promise<CopySource> {
  if (instruction.kind === 'COPY') throw new BuildError('invalid', "source can't be a URL for COPY", { range });
  const checksum = instruction.checksum?.value;
  if (checksum !== undefined && !isDigest(checksum)) {
    throw new BuildError('invalid', 'invalid checksum digest format', { range });
  }
  const { downloads } = context.environment;
  const known = context.noCache === undefined ? await downloads.find(url) : undefined;
  // What --checksum names cannot have changed.
  if (known && checksum === known.digest) return later(url, known, range, context);
  const fetched = await fetchFile(url, range, context, known);
  if (fetched === 'unchanged' && known) {
    verify(known.digest, checksum, url, range);
    return later(url, known, range, context);
  }
  if (fetched === 'unchanged') throw new BuildError('file', `${url}: unexpected status 304`, { range });
  verify(fetched.record.digest, checksum, url, range);
  await downloads.keep(fetched.record);
  const { record, bytes } = fetched;
  return { path: url, name: record.name, node: fileOf(record, bytes) };
}

/** A source whose bytes are fetched when a layer is made of it. */
function later(url: string, known: DownloadRecord, range: SourceRange, context: StepContext): CopySource {
  const load = async (): Promise<RegularFile> => {
    const fetched = await fetchFile(url, range, context);
    if (fetched === 'unchanged') throw new BuildError('file', `${url}: unexpected status 304`, { range });
    verify(fetched.record.digest, known.digest, url, range);
    return fileOf(known, fetched.bytes);
  };
  return { path: url, name: known.name, node: fileOf(known, new Uint8Array()), later: { digest: known.digest, load } };
}

function fileOf({ mtime }: DownloadRecord, data: Uint8Array): RegularFile {
  return { kind: 'file', mode: MODE, uid: 0, gid: 0, mtime, data };
}

interface Fetched {
  readonly record: DownloadRecord;
  readonly bytes: Uint8Array;
}

async function fetchFile(
  url: string,
  range: SourceRange,
  { environment, solver: { signal } }: StepContext,
  known?: DownloadRecord,
): Promise<Fetched | 'unchanged'> {
  const { fetch } = environment;
  if (!fetch) throw new BuildError('file', `ADD ${url}: this engine has no access to the network`, { range });
  const failed = (cause: unknown, instead = '') => {
    throwIfCanceled(signal);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new BuildError('file', `failed to load cache key: ${url}: ${reason}${instead}`, { range, cause });
  };
  const headers: Record<string, string> = {
    ...(known?.etag && { 'If-None-Match': known.etag }),
    ...(known?.lastModified && !known.etag && { 'If-Modified-Since': known.lastModified }),
  };
  const response = await fetch(url, { headers, ...(signal && { signal }) }).catch((cause: unknown) => {
    throw failed(cause, INSTEAD);
  });
  try {
    if (response.status === 304) return 'unchanged';
    if (!response.ok) throw new Error(`invalid response status ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const [etag, lastModified] = [response.headers.get('etag'), response.headers.get('last-modified')];
    const time = Date.parse(lastModified ?? '');
    const record: DownloadRecord = {
      url,
      digest: await sha256(bytes),
      name: nameOf(url, response.headers.get('content-disposition')),
      mtime: Number.isNaN(time) ? 0 : Math.floor(time / 1000),
      ...(etag && { etag }),
      ...(lastModified && { lastModified }),
    };
    return { record, bytes };
  } catch (cause) {
    throw failed(cause);
  }
}

/** The file's name, as BuildKit has it: what the server calls it, or the last part of the path. */
function nameOf(url: string, disposition: string | null): string {
  const given = /(?:^|;)\s*filename="?([^";]+)"?/i
    .exec(disposition ?? '')?.[1]
    ?.split('/')
    .at(-1)
    ?.trim();
  if (given) return given;
  const path = new URL(url).pathname.split('/').findLast((part) => part !== '');
  return path === undefined ? '__unnamed__' : decodeURIComponent(path);
}

function verify(actual: string, checksum: string | undefined, url: string, range: SourceRange): void {
  if (checksum === undefined || !isDigest(checksum) || !isDigest(actual)) return;
  if (hexOf(actual) !== hexOf(checksum)) {
    throw new BuildError('file', `digest mismatch ${actual}: ${checksum} of ${url}`, { range });
  }
}
