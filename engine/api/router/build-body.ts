import { looksLikeArchive, unpackContext } from '../../builder/archive.ts';
import { isGitUrl } from '../../builder/download.ts';
import type { BuildRequest, Fetch, NamedContext } from '../../builder/request.ts';
import { type Directory, directory } from '../../files/node.ts';
import { canonicalName, parseReference } from '../../image/reference.ts';
import { BUILD_PARTS } from '../types.ts';
import { badRequest } from './http-error.ts';
import type { RouterServices } from './services.ts';

/** What of a build comes in the body of its request. */
export type BuildBody = Pick<BuildRequest, 'context' | 'dockerfile' | 'dockerignore' | 'secrets' | 'contexts'>;

/**
 * Reads the body of `POST /build`: a tar, plain or compressed, or the parts that our own client sends
 * ({@link BUILD_PARTS}). `remote` names a file to be had over HTTP in its place.
 * @throws HttpError, ImageError, TarError
 */
export async function readBuildBody(
  request: Request,
  remote: string | null,
  { fetch, unpackLimit }: Pick<RouterServices, 'fetch' | 'unpackLimit'>,
): Promise<BuildBody> {
  if (remote) return readContext(await readRemote(remote, fetch, request.signal), unpackLimit);
  if (/^multipart\/form-data\b/i.test(request.headers.get('Content-Type') ?? '')) {
    return readParts(await formOf(request), unpackLimit);
  }
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length === 0) throw badRequest('the build context is empty');
  return { context: await unpackContext(body, unpackLimit) };
}

async function formOf(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch (cause) {
    throw badRequest(`the parts of the build cannot be read: ${cause instanceof Error ? cause.message : cause}`);
  }
}

async function readParts(form: FormData, limit: number): Promise<BuildBody> {
  let context: Directory | undefined;
  const texts: { dockerfile?: string; dockerignore?: string } = {};
  const secrets: Record<string, Uint8Array> = {};
  const contexts: Record<string, NamedContext> = {};
  for (const [name, value] of form) {
    const bytes =
      typeof value === 'string' ? new TextEncoder().encode(value) : new Uint8Array(await value.arrayBuffer());
    const after = (prefix: string): string | undefined =>
      name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : undefined;
    const secret = after(BUILD_PARTS.secret);
    const imageOf = after(BUILD_PARTS.imageContext);
    const filesOf = after(BUILD_PARTS.filesContext);
    if (name === BUILD_PARTS.context) context = await unpackContext(bytes, limit);
    else if (name === BUILD_PARTS.dockerfile) texts.dockerfile = new TextDecoder().decode(bytes);
    else if (name === BUILD_PARTS.dockerignore) texts.dockerignore = new TextDecoder().decode(bytes);
    else if (secret !== undefined) secrets[secret] = bytes;
    else if (imageOf !== undefined) contexts[imageOf] = imageContext(new TextDecoder().decode(bytes));
    else if (filesOf !== undefined) contexts[filesOf] = { kind: 'files', tree: await unpackContext(bytes, limit) };
    else throw badRequest(`unknown part of a build: ${JSON.stringify(name)}`);
  }
  return { context: context ?? directory(), ...texts, secrets, contexts };
}

function imageContext(name: string): NamedContext {
  return { kind: 'image', reference: canonicalName(parseReference(name)) };
}

async function readRemote(url: string, fetch: Fetch, signal: AbortSignal): Promise<Uint8Array> {
  if (isGitUrl(url)) {
    throw badRequest(`cannot clone ${url}: there is no Git here; clone the repository yourself and build its folder`);
  }
  if (!/^https?:\/\//.test(url)) throw badRequest(`remote context ${JSON.stringify(url)} is no http or https URL`);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`invalid response status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw badRequest(`failed to load remote context ${url}: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/** As dockerd: a tar over HTTP is the context, and anything else a Dockerfile without one. */
async function readContext(bytes: Uint8Array, limit: number): Promise<BuildBody> {
  if (looksLikeArchive(bytes)) return { context: await unpackContext(bytes, limit) };
  return { context: directory(), dockerfile: new TextDecoder().decode(bytes) };
}
