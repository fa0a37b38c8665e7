import type {
  EndpointSettings,
  Filters,
  Network,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworksPruneResponse,
} from '../../api/types.ts';
import { parseTime } from '../clock.ts';
import type { Context } from '../context.ts';
import { invalidParameter } from '../errors.ts';
import { checkFilters, filterFlag, matchesLabels, matchesPattern } from '../filters.ts';
import { untilTime } from '../prune.ts';
import { connectContainer, disconnectContainer } from './connect.ts';
import { networkBody } from './network-body.ts';
import { isUserDefined, type NetworkRecord } from './network-record.ts';

/** Networks, as the Engine API speaks of them. All throw ContainerError in dockerd's words. */
export class NetworkService {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  list(filters: Filters): readonly Network[] {
    const matches = this.#matcher(filters);
    return this.#context.networks
      .list()
      .filter(matches)
      .map((record) => networkBody(this.#context, record, false));
  }

  inspect(query: string): Network {
    return networkBody(this.#context, this.#context.networks.find(query), true);
  }

  async create(request: NetworkCreateRequest): Promise<NetworkCreateResponse> {
    const { id } = await this.#context.networks.create(request);
    return { Id: id, Warning: '' };
  }

  remove(query: string): Promise<void> {
    return this.#context.networks.remove(query, (id) => this.#context.containers.get(id)?.name ?? id);
  }

  connect(network: string, container: string, settings: EndpointSettings): Promise<void> {
    return connectContainer(this.#context, network, container, settings);
  }

  disconnect(network: string, container: string, force: boolean): Promise<void> {
    return disconnectContainer(this.#context, network, container, force);
  }

  /** Removes networks of the user's that no running container is on. */
  async prune(filters: Filters): Promise<NetworksPruneResponse> {
    checkFilters(filters, ['label', 'label!', 'until']);
    const { networks, clock, events } = this.#context;
    const until = untilTime(filters, clock());
    const removed: string[] = [];
    for (const record of networks.list().filter(isUserDefined)) {
      if (until !== undefined && (parseTime(record.created) ?? 0) > until) continue;
      if (!matchesLabels(filters.label ?? [], record.labels)) continue;
      if (filters['label!']?.length && matchesLabels(filters['label!'], record.labels)) continue;
      if (networks.endpointsOn(record.id).length > 0) continue;
      try {
        await this.remove(record.id);
        removed.push(record.name);
      } catch {
        // Somebody has joined or removed it meanwhile: not ours to remove any more.
      }
    }
    events.publish('network', 'prune', '', { reclaimed: '0' });
    return { NetworksDeleted: removed.length > 0 ? removed : null };
  }

  #matcher(filters: Filters): (record: NetworkRecord) => boolean {
    checkFilters(filters, ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']);
    const dangling = filterFlag(filters, 'dangling');
    for (const type of filters.type ?? []) {
      if (type !== 'custom' && type !== 'builtin') throw invalidParameter(`invalid filter: 'type'='${type}'`);
    }
    return (record) => {
      const own = isUserDefined(record);
      const unused = own && this.#context.networks.endpointsOn(record.id).length === 0;
      return (
        matchesPattern(filters.name, record.name) &&
        matchesPattern(filters.id, record.id) &&
        (!filters.driver?.length || filters.driver.includes(record.driver)) &&
        (!filters.scope?.length || filters.scope.includes('local')) &&
        (!filters.type?.length || filters.type.includes(own ? 'custom' : 'builtin')) &&
        matchesLabels(filters.label ?? [], record.labels) &&
        (dangling === undefined || dangling === unused)
      );
    };
  }
}
