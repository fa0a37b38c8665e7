import type {
  Filters,
  HistoryItem,
  ImageDeleteItem,
  ImageInspect,
  ImageSummary,
  ImagesPruneResponse,
  JsonMessage,
  PullMessage,
  SearchResult,
} from '../types.ts';
import { type Connection, filtersQuery } from './connection.ts';
import { ndjson } from './ndjson.ts';

/**
 * `/images/*`. Names with slashes are sent as they are, as Docker's client does. All throw EngineApiError; the
 * messages of a stream may carry an error of their own (see JsonMessage).
 */
export class Images {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  list(
    options: {
      readonly all?: boolean;
      readonly filters?: Filters;
      readonly sharedSize?: boolean;
      readonly digests?: boolean;
    } = {},
  ): Promise<ImageSummary[]> {
    return this.#connection.json('GET', '/images/json', {
      query: {
        all: options.all,
        digests: options.digests,
        filters: filtersQuery(options.filters),
        'shared-size': options.sharedSize,
      },
    });
  }

  inspect(name: string): Promise<ImageInspect> {
    return this.#connection.json('GET', `/images/${name}/json`);
  }

  /** The same as it was sent, for printing. */
  inspectRaw(name: string, platform?: string): Promise<string> {
    return this.#connection.text('GET', `/images/${name}/json`, { query: { platform } });
  }

  /** @param platform as JSON, as in all of these but {@link pull} and {@link import} */
  history(name: string, platform?: string): Promise<HistoryItem[]> {
    return this.#connection.json('GET', `/images/${name}/history`, { query: { platform } });
  }

  tag(source: string, repo: string, tag?: string): Promise<void> {
    return this.#connection.send('POST', `/images/${source}/tag`, { query: { repo, tag } });
  }

  remove(
    name: string,
    options: {
      readonly force?: boolean;
      readonly noprune?: boolean;
      readonly platforms?: readonly string[];
    } = {},
  ): Promise<ImageDeleteItem[]> {
    return this.#connection.json('DELETE', `/images/${name}`, {
      query: { force: options.force, noprune: options.noprune, platforms: options.platforms },
    });
  }

  /** Without a tag or digest every tag is pulled, so callers name `latest`. */
  async pull(
    name: string,
    options: { readonly tag?: string; readonly platform?: string; readonly signal?: AbortSignal } = {},
  ): Promise<AsyncIterable<PullMessage>> {
    const query = { fromImage: name, platform: options.platform, tag: options.tag };
    return ndjson(await this.#connection.stream('POST', '/images/create', { query, signal: options.signal }));
  }

  /** Without a tag every tag is pushed. */
  async push(
    name: string,
    options: { readonly tag?: string; readonly platform?: string; readonly signal?: AbortSignal } = {},
  ): Promise<AsyncIterable<JsonMessage>> {
    const platform = options.platform && JSON.stringify(toPlatform(options.platform));
    const query = { tag: options.tag, platform };
    // The engine insists on credentials, even empty ones.
    const headers = { 'X-Registry-Auth': btoa('{}') };
    const { signal } = options;
    return ndjson(await this.#connection.stream('POST', `/images/${name}/push`, { query, headers, signal }));
  }

  search(term: string, options: { readonly limit?: number; readonly filters?: Filters } = {}): Promise<SearchResult[]> {
    const query = { term, limit: options.limit, filters: filtersQuery(options.filters) };
    return this.#connection.json('GET', '/images/search', { query });
  }

  /** A tar of the images (`docker save`). */
  save(names: readonly string[], options: { readonly platform?: string } = {}): Promise<ReadableStream<Uint8Array>> {
    return this.#connection.stream('GET', '/images/get', { query: { names, platform: options.platform } });
  }

  async load(
    tar: Uint8Array,
    options: { readonly quiet?: boolean; readonly platform?: string } = {},
  ): Promise<AsyncIterable<JsonMessage>> {
    const query = { platform: options.platform, quiet: options.quiet };
    const headers = { 'Content-Type': 'application/x-tar' };
    return ndjson(await this.#connection.stream('POST', '/images/load', { query, body: tar, headers }));
  }

  /** A whole file system becomes an image of one layer (`docker import`): of a tar, or of one at a URL. */
  async import(
    source: Uint8Array | string,
    options: {
      readonly repo?: string;
      readonly tag?: string;
      readonly message?: string;
      readonly changes?: readonly string[];
      readonly platform?: string;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<AsyncIterable<JsonMessage>> {
    const { signal, ...rest } = options;
    const isUrl = typeof source === 'string';
    const query = { fromSrc: isUrl ? source : '-', ...rest };
    const body = isUrl ? {} : { body: source, headers: { 'Content-Type': 'text/plain' } };
    return ndjson(await this.#connection.stream('POST', '/images/create', { query, ...body, signal }));
  }

  prune(filters?: Filters): Promise<ImagesPruneResponse> {
    return this.#connection.json('POST', '/images/prune', { query: { filters: filtersQuery(filters) } });
  }
}

/** `linux/386` as the API has it; a single word is an architecture of Linux. */
function toPlatform(text: string): { readonly architecture: string; readonly os: string; readonly variant?: string } {
  const [os = '', architecture, variant] = text.split('/');
  if (architecture === undefined) return { architecture: os, os: 'linux' };
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}
