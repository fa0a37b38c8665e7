import { type Digest, sha256 } from '../image/digest.ts';
import {
  type Descriptor,
  type Index,
  isIndex,
  type Manifest,
  MEDIA_TYPES,
  type Platform,
  parseManifestOrIndex,
} from '../image/documents.ts';
import { familiarName, familiarRepository, type Reference } from '../image/reference.ts';
import { type Catalogue, listNames, toCatalogue } from './catalogue.ts';
import { RegistryError } from './errors.ts';

export interface RegistryClientOptions {
  readonly fetch: typeof fetch;
  /**
   * Where registries are found: host as in references (`docker.io`) to the URL that `/v2/` is under. A registry may be
   * static files, so nothing is asked for but GET, and no Content-Type is relied on.
   */
  readonly mirrors: Readonly<Record<string, string>>;
  /** Default: linux/386, what the machine runs. */
  readonly platform?: Platform;
}

/** A manifest for our platform. */
export interface ResolvedManifest {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  /** Digest of what the name stands for: the index, if it is one. This is what Docker prints and records. */
  readonly digest: Digest;
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far. */
  readonly onProgress?: (current: number) => void;
}

const ACCEPT = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerManifestList,
  MEDIA_TYPES.dockerManifest,
].join(', ');

/** The pull side of the distribution specification (OCI distribution-spec 1.1, "Pull"). */
export class RegistryClient {
  readonly #fetch: typeof fetch;
  readonly #mirrors: Readonly<Record<string, string>>;
  readonly platform: Platform;

  constructor(options: RegistryClientOptions) {
    const given = options.fetch;
    // A browser's own fetch refuses to be called as a method of anything else.
    this.#fetch = (input, init) => given(input, init);
    this.#mirrors = options.mirrors;
    this.platform = options.platform ?? { os: 'linux', architecture: '386' };
  }

  /**
   * The manifest a reference stands for; of an index, the one for our platform.
   * @throws RegistryError; ImageError `invalid` for a malformed one; the signal's reason
   */
  async manifest(reference: Reference, options: FetchOptions = {}): Promise<ResolvedManifest> {
    const base = await this.#base(reference, options);
    const name = reference.digest ?? reference.tag ?? 'latest';
    const bytes = await this.#get(`${base}/manifests/${name}`, { ...options, isName: reference.digest === undefined });
    if (!bytes || !looksLikeJson(bytes)) throw await this.#missing(reference, options);
    const digest = await sha256(bytes);
    if (reference.digest && reference.digest !== digest) throw corrupt('manifest', reference.digest, digest);
    const document = parseManifestOrIndex(bytes);
    if (!isIndex(document)) return { manifest: document, bytes, digest };
    const chosen = this.#choose(document, reference);
    const inner = await this.manifest(
      { domain: reference.domain, path: reference.path, digest: chosen.digest },
      options,
    );
    return { ...inner, digest };
  }

  /**
   * @throws RegistryError `corrupt` if the bytes have another digest, `unavailable` if the blob is not there; the
   *   signal's reason
   */
  async blob(reference: Reference, descriptor: Descriptor, options: FetchOptions = {}): Promise<Uint8Array> {
    const url = `${await this.#base(reference, options)}/blobs/${descriptor.digest}`;
    const bytes = await this.#get(url, options);
    if (!bytes)
      throw new RegistryError('unavailable', `error pulling image: blob ${descriptor.digest} is not there: ${url}`);
    const actual = await sha256(bytes);
    if (actual !== descriptor.digest) throw corrupt('blob', descriptor.digest, actual);
    return bytes;
  }

  /** What a registry says can be pulled; undefined if it does not say. Never throws. */
  async catalogue(domain = 'docker.io', options: FetchOptions = {}): Promise<Catalogue | undefined> {
    const mirror = this.#mirrors[domain];
    if (mirror === undefined) return undefined;
    try {
      const bytes = await this.#get(`${trimSlash(mirror)}/v2/catalog.json`, options);
      return bytes && toCatalogue(JSON.parse(new TextDecoder().decode(bytes)));
    } catch {
      return undefined;
    }
  }

  async #base(reference: Reference, options: FetchOptions): Promise<string> {
    const mirror = this.#mirrors[reference.domain];
    if (mirror !== undefined) return `${trimSlash(mirror)}/v2/${reference.path}`;
    const hosts = Object.keys(this.#mirrors).join(', ') || 'no registry';
    throw new RegistryError(
      'no-mirror',
      `registry ${reference.domain} cannot be reached from here, so ${familiarName(reference)} cannot be pulled: this lab pulls from ${hosts} only${await this.#offer(options)}`,
    );
  }

  #choose(index: Index, reference: Reference): Descriptor {
    const { os, architecture } = this.platform;
    const chosen = index.manifests.find(
      ({ platform }) => platform?.os === os && platform.architecture === architecture,
    );
    if (chosen) return chosen;
    const platforms = index.manifests
      .flatMap(({ platform }) => (platform && platform.os !== 'unknown' ? [platformName(platform)] : []))
      .join(', ');
    throw new RegistryError(
      'platform',
      `no matching manifest for ${os}/${architecture} in the manifest list entries: ${familiarName(reference)} is there for ${platforms || 'no platform'}`,
    );
  }

  /** Docker's words for a name that is not there, and what is. */
  async #missing(reference: Reference, options: FetchOptions): Promise<RegistryError> {
    const repository = familiarRepository(reference);
    const catalogue = await this.catalogue(reference.domain, options);
    const entry = catalogue?.repositories.find(({ name }) => name === repository);
    if (entry) {
      return new RegistryError(
        'manifest-unknown',
        `manifest for ${familiarName(reference)} not found: manifest unknown: manifest unknown. Tags of ${repository} that can be pulled here: ${entry.tags.join(', ')}`,
      );
    }
    return new RegistryError(
      'denied',
      `pull access denied for ${repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied${await this.#offer(options)}`,
    );
  }

  async #offer(options: FetchOptions): Promise<string> {
    const catalogue = await this.catalogue('docker.io', options);
    return catalogue ? `. Images that can be pulled here: ${listNames(catalogue)}` : '';
  }

  /** Undefined for 404. Names may move, so they are always asked for anew; blobs never change. */
  async #get(url: string, options: FetchOptions & { readonly isName?: boolean }): Promise<Uint8Array | undefined> {
    let response: Response;
    try {
      response = await this.#fetch(url, {
        headers: { Accept: ACCEPT },
        ...(options.isName ? { cache: 'no-cache' } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      });
      if (response.ok) return await readBody(response, options.onProgress);
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw new RegistryError('unavailable', `Get "${url}": ${reason(cause)}`, { cause });
    }
    await response.body?.cancel();
    if (response.status === 404 || response.status === 401 || response.status === 403) return undefined;
    throw new RegistryError(
      'unavailable',
      `received unexpected HTTP status: ${`${response.status} ${response.statusText}`.trim()}: ${url}`,
    );
  }
}

async function readBody(response: Response, onProgress?: (current: number) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    onProgress?.(size);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Static hosts may answer 200 with a page of their own for what is not there. */
function looksLikeJson(bytes: Uint8Array): boolean {
  return /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}

function reason(cause: unknown): string {
  const error = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return error instanceof Error ? error.message || error.name : String(error);
}

function corrupt(what: string, wanted: Digest, actual: Digest): RegistryError {
  return new RegistryError(
    'corrupt',
    `filesystem layer verification failed for digest ${wanted}: the ${what} received has the digest ${actual}`,
  );
}

function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
