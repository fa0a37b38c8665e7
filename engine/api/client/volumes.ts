import type { Filters, Volume, VolumeCreateRequest, VolumeListResponse, VolumesPruneResponse } from '../types.ts';
import { type Connection, filtersQuery } from './connection.ts';

/** `/volumes/*`. All throw EngineApiError. */
export class Volumes {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async list(filters?: Filters): Promise<readonly Volume[]> {
    const query = { filters: filtersQuery(filters) };
    return (await this.#connection.json<VolumeListResponse>('GET', '/volumes', { query })).Volumes ?? [];
  }

  create(body: VolumeCreateRequest): Promise<Volume> {
    return this.#connection.json('POST', '/volumes/create', { json: body });
  }

  inspect(name: string): Promise<Volume> {
    return this.#connection.json('GET', `/volumes/${encodeURIComponent(name)}`);
  }

  /** The same as it was sent, for printing. */
  inspectRaw(name: string): Promise<string> {
    return this.#connection.text('GET', `/volumes/${encodeURIComponent(name)}`);
  }

  remove(name: string, options: { readonly force?: boolean } = {}): Promise<void> {
    return this.#connection.send('DELETE', `/volumes/${encodeURIComponent(name)}`, { query: { force: options.force } });
  }

  prune(filters?: Filters): Promise<VolumesPruneResponse> {
    return this.#connection.json('POST', '/volumes/prune', { query: { filters: filtersQuery(filters) } });
  }
}
