import type { BuildPruneResponse, DiskUsage, EventMessage, Filters, Info, Ping, Version } from '../types.ts';
import { type Connection, filtersQuery } from './connection.ts';
import { ndjson } from './ndjson.ts';

/** The engine as a whole, with the objects that have no group of their own yet. All throw EngineApiError. */
export class System {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  ping(): Promise<Ping> {
    return this.#connection.negotiate();
  }

  version(): Promise<Version> {
    return this.#connection.json('GET', '/version');
  }

  info(): Promise<Info> {
    return this.#connection.json('GET', '/info');
  }

  diskUsage(): Promise<DiskUsage> {
    return this.#connection.json('GET', '/system/df');
  }

  /** Without `until` it goes on until `signal` aborts or the iteration ends. Times: seconds since the epoch. */
  async events(
    options: {
      readonly since?: string | undefined;
      readonly until?: string | undefined;
      readonly filters?: Filters | undefined;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<AsyncIterable<EventMessage>> {
    return ndjson(await this.eventBytes(options));
  }

  /** The same before parsing: `timeNano` has more digits than a double keeps. */
  eventBytes(options: Parameters<System['events']>[0] = {}): Promise<ReadableStream<Uint8Array>> {
    const query = { filters: filtersQuery(options.filters), since: options.since, until: options.until };
    return this.#connection.stream('GET', '/events', { query, signal: options.signal });
  }

  pruneBuildCache(
    options: {
      readonly all?: boolean;
      readonly filters?: Filters;
      /** Bytes that stay. */
      readonly keepStorage?: number;
    } = {},
  ): Promise<BuildPruneResponse> {
    const query = {
      all: options.all,
      filters: filtersQuery(options.filters),
      'keep-storage': options.keepStorage || undefined,
    };
    return this.#connection.json('POST', '/build/prune', { query });
  }
}
