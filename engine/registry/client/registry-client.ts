import { type Digest, sha256 } from '../../image/digest.ts';
import {
  type Descriptor,
  type Index,
  isIndex,
  type Manifest,
  MEDIA_TYPES,
  type Platform,
  parseManifestOrIndex,
} from '../../image/documents.ts';
import { familiarName, type Reference } from '../../image/reference.ts';
import { type Catalogue, toCatalogue } from '../catalogue.ts';
import { RegistryError } from '../errors.ts';
import { looksLikeJson, readAtMost, toTagList } from './answer.ts';
import { Connection, type RequestOptions } from './connection.ts';
import { type DownloadOptions, download } from './download.ts';
import { type Endpoint, type EndpointOptions, endpointOf, reachable } from './endpoint.ts';
import { readRefusal } from './failure.ts';
import { pause } from './pause.ts';
import { notThere, pullRefusal, unreachable } from './refusal.ts';
import { isTransient, type RetryOptions, retrying } from './retry.ts';

export interface RegistryClientOptions extends EndpointOptions {
  /** Default: linux/386, what the machine runs. */
  readonly platform?: Platform;
  /** Default: real time. */
  readonly wait?: DownloadOptions['wait'];
}

/** A registry and a name in it, as references begin. */
export type Repository = Pick<Reference, 'domain' | 'path'>;

/** A manifest or index as a registry has it. */
export interface FoundManifest {
  readonly document: Manifest | Index;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
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
}

export type BlobOptions = Pick<DownloadOptions, 'signal' | 'onProgress' | 'onRetry'>;

const ACCEPT = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerManifestList,
  MEDIA_TYPES.dockerManifest,
].join(', ');

/** What registries take at least, and nobody needs more (distribution-spec 1.1, "Pushing Manifests"). */
const MAX_MANIFEST = 4 << 20;
/** Indexes may nest; three deep is more than any tool writes. */
const MAX_DEPTH = 3;
/** Pages of a list of tags. */
const MAX_PAGES = 100;

/** The pull side of the distribution API (OCI distribution-spec 1.1, "Pull"), and what pushing shares with it. */
export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #wait: DownloadOptions['wait'];
  readonly #connection = new Connection();
  readonly platform: Platform;

  constructor(options: RegistryClientOptions) {
    this.#options = options;
    this.#wait = options.wait ?? pause;
    this.platform = options.platform ?? { os: 'linux', architecture: '386' };
  }

  /** How a registry is reached; undefined if it is not. */
  endpoint(domain: string): Endpoint | undefined {
    return endpointOf(domain, this.#options);
  }

  /** Tries again what fails for the moment only. */
  retrying<T>(work: () => Promise<T>, options: Omit<RetryOptions, 'wait'>): Promise<T> {
    return retrying(work, { ...options, wait: this.#wait });
  }

  /** One request about a repository. @throws RegistryError `unavailable`; the signal's reason */
  send(
    endpoint: Endpoint,
    method: string,
    url: string,
    repository: Repository,
    options: RequestOptions & { readonly actions?: 'pull' | 'pull,push' } = {},
  ): Promise<Response> {
    const purpose = `repository:${repository.path}:${options.actions ?? 'pull'}`;
    return this.#connection.send(endpoint, method, url, purpose, options);
  }

  /**
   * The manifest a reference stands for; of an index, the one for our platform.
   * @throws RegistryError; ImageError `invalid` for a malformed one; the signal's reason
   */
  async manifest(reference: Reference, options: FetchOptions = {}): Promise<ResolvedManifest> {
    const found = await this.find(reference, options);
    let { document, bytes } = found;
    for (let depth = 0; isIndex(document); depth++) {
      if (depth === MAX_DEPTH) throw new RegistryError('corrupt', `index ${found.digest} is nested too deep`);
      const { digest } = this.#choose(document, reference);
      ({ document, bytes } = await this.find({ domain: reference.domain, path: reference.path, digest }, options));
    }
    return { manifest: document, bytes, digest: found.digest };
  }

  /** The manifest or index itself. @throws as {@link manifest} */
  async find(reference: Reference, options: FetchOptions = {}): Promise<FoundManifest> {
    const endpoint = await this.#reach(reference, options);
    const name = reference.digest ?? reference.tag ?? 'latest';
    const url = this.url(endpoint, reference, `manifests/${name}`);
    const response = await this.send(endpoint, 'GET', url, reference, {
      ...options,
      headers: { Accept: ACCEPT },
      isName: reference.digest === undefined,
    });
    if (!response.ok) throw await pullRefusal(this, endpoint, reference, url, response, options.signal);
    const bytes = await readAtMost(response, MAX_MANIFEST, options);
    // Static hosts may answer 200 with a page of their own for what is not there.
    if (endpoint.kind === 'mirror' && !looksLikeJson(bytes)) throw await notThere(this, reference, options.signal);
    const digest = await sha256(bytes);
    if (reference.digest && reference.digest !== digest) {
      throw new RegistryError(
        'corrupt',
        `manifest verification failed for digest ${reference.digest}: the manifest received has the digest ${digest}`,
      );
    }
    const document = parseManifestOrIndex(bytes);
    const kind = isIndex(document) ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
    return { document, bytes, digest, mediaType: document.mediaType ?? kind };
  }

  /**
   * @throws RegistryError `corrupt` if the bytes have another digest or size, `refused` if the blob is not there,
   *   `unavailable` if it does not come however often it is asked for; the signal's reason
   */
  async blob(reference: Reference, descriptor: Descriptor, options: BlobOptions = {}): Promise<Uint8Array> {
    const endpoint = await this.#reach(reference, options);
    const url = this.url(endpoint, reference, `blobs/${descriptor.digest}`);
    const ask = async (offset: number): Promise<Response> => {
      const response = await this.send(endpoint, 'GET', url, reference, {
        signal: options.signal,
        ...(offset > 0 ? { headers: { Range: `bytes=${offset}-` } } : {}),
      });
      if (response.ok || response.status === 416 || isTransient(response.status)) return response;
      const { text } = await readRefusal(response);
      throw new RegistryError('refused', `error pulling image: ${text}: ${url}`);
    };
    return download(descriptor, ask, { ...options, wait: this.#wait });
  }

  /** All tags of a repository, as the registry sorts them. @throws RegistryError; the signal's reason */
  async tags(repository: Repository, options: FetchOptions = {}): Promise<readonly string[]> {
    const endpoint = await this.#reach(repository, options);
    const tags: string[] = [];
    let url = this.url(endpoint, repository, 'tags/list');
    for (let page = 0; page < MAX_PAGES; page++) {
      const response = await this.send(endpoint, 'GET', url, repository, { ...options, isName: true });
      if (!response.ok) throw await pullRefusal(this, endpoint, repository, url, response, options.signal);
      const list = toTagList(await readAtMost(response, MAX_MANIFEST, options));
      if (!list) throw new RegistryError('unavailable', `no list of tags: ${url}`);
      tags.push(...list);
      const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('Link') ?? '')?.[1];
      if (next === undefined) break;
      url = new URL(next, url).href;
    }
    return tags;
  }

  /** What a registry says can be pulled; undefined if it does not say. Never throws. */
  async catalogue(domain = 'docker.io', options: FetchOptions = {}): Promise<Catalogue | undefined> {
    const endpoint = this.endpoint(domain);
    if (endpoint?.kind !== 'mirror') return undefined;
    try {
      const response = await endpoint.fetch(
        `${endpoint.url}/v2/catalog.json`,
        options.signal ? { signal: options.signal } : {},
      );
      return response.ok ? toCatalogue(await response.json()) : undefined;
    } catch {
      return undefined;
    }
  }

  /** `URL/v2/NAME/PATH` */
  url(endpoint: Endpoint, { path }: Repository, rest: string): string {
    return `${endpoint.url}/v2/${path}/${rest}`;
  }

  /** What the engine's own registry is called; undefined if it has none. */
  get ownHost(): string | undefined {
    return this.#options.own?.hosts[0];
  }

  /** The registries that can be reached, for people. */
  get reachable(): string {
    return reachable(this.#options);
  }

  async #reach(reference: Repository & Partial<Reference>, options: FetchOptions): Promise<Endpoint> {
    const endpoint = this.endpoint(reference.domain);
    if (endpoint) return endpoint;
    throw await unreachable(this, reference, options.signal);
  }

  #choose(index: Index, reference: Reference): Descriptor {
    const { os, architecture } = this.platform;
    const chosen =
      index.manifests.find(({ platform }) => platform?.os === os && platform.architecture === architecture) ??
      // One that does not say may be ours, as Docker takes it to be; its config will tell.
      index.manifests.find(({ platform }) => platform === undefined);
    if (chosen) return chosen;
    const platforms = index.manifests
      .flatMap(({ platform }) => (platform && platform.os !== 'unknown' ? [platformName(platform)] : []))
      .join(', ');
    throw new RegistryError(
      'platform',
      `no matching manifest for ${os}/${architecture} in the manifest list entries: ${familiarName(reference)} is there for ${platforms || 'no platform'}`,
    );
  }
}

function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}
