import type {
  EndpointSettings,
  Filters,
  Network,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworksPruneResponse,
} from '../types.ts';
import { type Connection, filtersQuery } from './connection.ts';

/** `/networks/*`. A network goes by ID, a unique prefix of it, or name. All throw EngineApiError. */
export class Networks {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  list(filters?: Filters): Promise<readonly Network[]> {
    return this.#connection.json('GET', '/networks', { query: { filters: filtersQuery(filters) } });
  }

  create(body: NetworkCreateRequest): Promise<NetworkCreateResponse> {
    return this.#connection.json('POST', '/networks/create', { json: body });
  }

  inspect(id: string): Promise<Network> {
    return this.#connection.json('GET', path(id));
  }

  /** The same as it was sent, for printing. */
  inspectRaw(id: string, options: { readonly verbose?: boolean } = {}): Promise<string> {
    return this.#connection.text('GET', path(id), { query: { verbose: options.verbose ? 'true' : undefined } });
  }

  remove(id: string): Promise<void> {
    return this.#connection.send('DELETE', path(id));
  }

  connect(id: string, container: string, endpoint: EndpointSettings): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/connect`, {
      json: { Container: container, EndpointConfig: endpoint },
    });
  }

  disconnect(id: string, container: string, options: { readonly force?: boolean } = {}): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/disconnect`, {
      json: { Container: container, Force: options.force ?? false },
    });
  }

  prune(filters?: Filters): Promise<NetworksPruneResponse> {
    return this.#connection.json('POST', '/networks/prune', { query: { filters: filtersQuery(filters) } });
  }
}

function path(id: string): string {
  return `/networks/${encodeURIComponent(id)}`;
}
