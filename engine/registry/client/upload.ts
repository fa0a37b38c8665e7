import type { Descriptor } from '../../image/documents.ts';
import { RegistryError } from '../errors.ts';
import type { RequestOptions } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { readRefusal } from './failure.ts';
import type { RegistryClient, Repository } from './registry-client.ts';
import { isTransient } from './retry.ts';

/** How a blob came to be in a repository. */
export type BlobOutcome =
  | { readonly kind: 'exists' }
  /** `from`: the repository it was taken from, within the same registry. */
  | { readonly kind: 'mounted'; readonly from: string }
  | { readonly kind: 'pushed' };

export interface UploadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Repositories of the registry that may have the blob. */
  readonly candidates?: readonly string[];
  /** The bytes, when they have to be sent. */
  readonly content: () => Promise<Uint8Array>;
  /** Bytes so far. */
  readonly onProgress?: ((current: number) => void) | undefined;
  readonly onRetry?: ((seconds: number) => void) | undefined;
}

/** As many repositories as dockerd asks for a blob before it sends it. */
const MAX_MOUNTS = 4;
/** A bar of about this many steps, in chunks that are worth a request each. */
const STEPS = 20;
const MIN_CHUNK = 512 << 10;
const MAX_CHUNK = 16 << 20;

/** The push side of the distribution API (OCI distribution-spec 1.1, "Push"), for one repository. */
export class Uploader {
  readonly #client: RegistryClient;
  readonly #endpoint: Endpoint;
  readonly #repository: Repository;

  constructor(client: RegistryClient, endpoint: Endpoint, repository: Repository) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#repository = repository;
  }

  /** Whether a registry is there at all. @throws RegistryError `unavailable`, `denied`, `refused`; the signal's reason */
  async ping(signal?: AbortSignal): Promise<void> {
    const response = await this.#send('GET', `${this.#endpoint.url}/v2/`, { signal });
    await this.#expect(response, [200]);
  }

  /**
   * Sends a blob, unless the registry has it. Tried again while the registry is unavailable.
   * @throws RegistryError; the signal's reason
   */
  blob(descriptor: Descriptor, options: UploadOptions): Promise<BlobOutcome> {
    return this.#client.retrying(() => this.#blob(descriptor, options), options);
  }

  async #blob({ digest }: Descriptor, options: UploadOptions): Promise<BlobOutcome> {
    const { signal, candidates = [] } = options;
    const head = await this.#send('HEAD', this.#url(`blobs/${digest}`), { signal });
    if (head.ok) return { kind: 'exists' };
    if (head.status !== 404) await this.#expect(head, []);
    for (const from of candidates.slice(0, MAX_MOUNTS)) {
      const query = new URLSearchParams({ mount: digest, from });
      const url = this.#url(`blobs/uploads/?${query}`);
      const response = await this.#expect(await this.#send('POST', url, { signal }), [201, 202]);
      if (response.status === 201) return { kind: 'mounted', from };
      // It has begun an upload instead. One is needed in the end, but it is begun anew, after the last candidate.
      await this.#send('DELETE', location(response, url), { signal }).catch(() => undefined);
    }
    const url = this.#url('blobs/uploads/');
    const begun = await this.#expect(await this.#send('POST', url, { signal }), [202]);
    const bytes = await options.content();
    await this.#upload(bytes, digest, begun, location(begun, url), options);
    return { kind: 'pushed' };
  }

  async #upload(
    bytes: Uint8Array,
    digest: string,
    begun: Response,
    url: string,
    options: UploadOptions,
  ): Promise<void> {
    const { signal, onProgress } = options;
    const wanted = Math.min(Math.max(Math.ceil(bytes.length / STEPS), MIN_CHUNK), MAX_CHUNK);
    const size = Math.max(wanted, Number(begun.headers.get('OCI-Chunk-Min-Length') ?? 0) || 0);
    const type = { 'Content-Type': 'application/octet-stream' };
    let to = url;
    let at = 0;
    for (; bytes.length - at > size; at += size) {
      const response = await this.#send('PATCH', to, {
        signal,
        body: bytes.subarray(at, at + size),
        headers: { ...type, 'Content-Range': `${at}-${at + size - 1}` },
      });
      await this.#expect(response, [202]);
      to = location(response, to);
      onProgress?.(at + size);
    }
    const end = new URL(to);
    end.searchParams.set('digest', digest);
    const range: Record<string, string> = at > 0 ? { 'Content-Range': `${at}-${bytes.length - 1}` } : {};
    const body = bytes.subarray(at);
    await this.#expect(await this.#send('PUT', end.href, { signal, body, headers: { ...type, ...range } }), [201]);
    onProgress?.(bytes.length);
  }

  /** @throws RegistryError; the signal's reason */
  async manifest(tag: string, descriptor: Descriptor, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const url = this.#url(`manifests/${tag}`);
    const headers = { 'Content-Type': descriptor.mediaType };
    const response = await this.#expect(await this.#send('PUT', url, { signal, body: bytes, headers }), [201]);
    const digest = response.headers.get('Docker-Content-Digest');
    if (digest === null || digest === descriptor.digest) return;
    throw new RegistryError('corrupt', `the registry stored ${digest} for the manifest ${descriptor.digest}`);
  }

  #url(rest: string): string {
    return this.#client.url(this.#endpoint, this.#repository, rest);
  }

  #send(method: string, url: string, options: RequestOptions): Promise<Response> {
    return this.#client.send(this.#endpoint, method, url, this.#repository, { ...options, actions: 'pull,push' });
  }

  /** Lets one of these statuses through, its body thrown away. @throws RegistryError */
  async #expect(response: Response, statuses: readonly number[]): Promise<Response> {
    if (statuses.includes(response.status)) {
      await response.body?.cancel();
      return response;
    }
    const { code, text } = await readRefusal(response);
    if (response.status === 401 || response.status === 403) {
      throw new RegistryError('denied', code ? text : 'denied: requested access to the resource is denied');
    }
    throw new RegistryError(isTransient(response.status) ? 'unavailable' : 'refused', text);
  }
}

/** Where an upload goes on. @throws RegistryError `refused` if the registry does not say */
function location(response: Response, base: string): string {
  const given = response.headers.get('Location');
  if (given && URL.canParse(given, base)) return new URL(given, base).href;
  throw new RegistryError('refused', 'the registry does not say where an upload goes');
}
