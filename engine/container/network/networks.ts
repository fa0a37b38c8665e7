import type { NetworkCreateRequest } from '../../api/types.ts';
import type { EventLog } from '../../events/event-log.ts';
import type { Machine } from '../../machine/machine.ts';
import type { StateStore } from '../../stores/state-store.ts';
import { ContainerError, invalidParameter } from '../errors.ts';
import { randomId } from '../ids.ts';
import { macOf, parseAddress, parseBlock } from './address.ts';
import { planNetwork } from './create-network.ts';
import type { Endpoint } from './endpoint.ts';
import {
  bridgeName,
  isUserDefined,
  mtuOf,
  NETWORK_PREFIX,
  type NetworkRecord,
  networkKey,
  PREDEFINED,
} from './network-record.ts';
import { PortAllocator } from './port-allocator.ts';
import { predefinedNetworks, type StoredPredefined } from './predefined.ts';

const PREDEFINED_KEY = 'networks';

export interface NetworksOptions {
  readonly machine: Machine;
  readonly state: StateStore;
  readonly events: EventLog;
  /** RFC 3339. */
  readonly now: () => string;
}

/** The networks of an engine, and who is on them. */
export class Networks {
  readonly ports = new PortAllocator();
  readonly #options: NetworksOptions;
  /** By ID. */
  readonly #records: Map<string, NetworkRecord>;
  readonly #endpoints = new Set<Endpoint>();
  /** Creations and removals, one after another: two networks must not be given the same addresses. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: NetworksOptions, records: readonly NetworkRecord[]) {
    this.#options = options;
    this.#records = new Map(records.map((record) => [record.id, record]));
  }

  /** Reads the networks that an earlier engine left, and makes their bridges if the machine runs. */
  static async open(options: NetworksOptions): Promise<Networks> {
    const { state, machine, now } = options;
    let stored = (await state.get(PREDEFINED_KEY)) as StoredPredefined | undefined;
    if (!stored) {
      stored = { created: now(), ids: Object.fromEntries(PREDEFINED.map((name) => [name, randomId()])) };
      await state.set(PREDEFINED_KEY, stored);
    }
    const records = [...predefinedNetworks(stored)];
    for (const key of await state.list(NETWORK_PREFIX)) records.push((await state.get(key)) as NetworkRecord);
    const networks = new Networks(options, records);
    if (machine.state === 'running') await networks.restore();
    return networks;
  }

  /** Makes the bridges anew in a guest that has just begun. Requests to the guest from now on find them. */
  async restore(): Promise<void> {
    const user = this.list().filter(isUserDefined);
    // One that cannot be had fails the containers that want it, and they say so.
    await Promise.allSettled(user.map((record) => this.#addBridge(record)));
  }

  list(): readonly NetworkRecord[] {
    return [...this.#records.values()];
  }

  /** By full ID, name or unique ID prefix. Throws ContainerError. */
  find(query: string): NetworkRecord {
    const all = this.list();
    const exact = all.find(({ id }) => id === query) ?? all.find(({ name }) => name === query);
    if (exact) return exact;
    const [found, ...more] = query === '' ? [] : all.filter(({ id }) => id.startsWith(query));
    if (more.length > 0) {
      throw invalidParameter(`network ${query} is ambiguous (${more.length + 1} matches found based on ID prefix)`);
    }
    if (!found) throw new ContainerError('not-found', `network ${query} not found`);
    return found;
  }

  /** Throws ContainerError. */
  create(request: NetworkCreateRequest): Promise<NetworkRecord> {
    return this.#exclusive(async () => {
      const record = planNetwork(request, this.list(), { id: randomId(), created: this.#options.now() });
      await this.#addBridge(record);
      this.#records.set(record.id, record);
      await this.#options.state.set(networkKey(record.id), record);
      this.publish(record, 'create');
      return record;
    });
  }

  /**
   * @param nameOf names of containers, for the message
   * @throws ContainerError if it is not there, is not the user's, or somebody is on it
   */
  remove(query: string, nameOf: (containerId: string) => string): Promise<void> {
    return this.#exclusive(async () => {
      const record = this.find(query);
      if (!isUserDefined(record)) {
        throw new ContainerError('forbidden', `${record.name} is a pre-defined network and cannot be removed`);
      }
      const there = this.endpointsOn(record.id);
      if (there.length > 0) {
        const named = there.map(({ id, containerId }) => `name:"${nameOf(containerId)}" id:"${id.slice(0, 12)}"`);
        throw new ContainerError(
          'forbidden',
          `error while removing network: network ${record.name} has active endpoints (${named.join(', ')})`,
        );
      }
      this.#records.delete(record.id);
      await this.#options.state.delete(networkKey(record.id));
      // With the guest gone, its bridge is.
      await this.#options.machine.networks.removeBridge(bridgeName(record)).catch(() => {});
      this.publish(record, 'destroy');
    });
  }

  endpointsOn(networkId: string): readonly Endpoint[] {
    return [...this.#endpoints].filter((endpoint) => endpoint.networkId === networkId);
  }

  /** Holds an endpoint's address until {@link release}. */
  hold(endpoint: Endpoint): void {
    this.#endpoints.add(endpoint);
  }

  release(endpoint: Endpoint): void {
    this.#endpoints.delete(endpoint);
  }

  publish(
    record: NetworkRecord,
    action: 'create' | 'destroy' | 'connect' | 'disconnect',
    attributes: Readonly<Record<string, string>> = {},
  ): void {
    this.#options.events.publish('network', action, record.id, {
      name: record.name,
      type: record.driver,
      ...attributes,
    });
  }

  async #addBridge(record: NetworkRecord): Promise<void> {
    const { gateway = '', subnet = '' } = record.addresses ?? {};
    const name = bridgeName(record);
    try {
      await this.#options.machine.networks.addBridge({
        name,
        address: gateway,
        prefix: parseBlock(subnet)?.bits ?? 0,
        mac: macOf(parseAddress(gateway) ?? 0),
        mtu: mtuOf(record),
        internal: record.internal,
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ContainerError('system', `failed to create bridge ${JSON.stringify(name)}: ${reason}`, {
        cause: error,
      });
    }
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}
