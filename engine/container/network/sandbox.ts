import type { EndpointSettings } from '../../api/types.ts';
import type { EndpointSpec, PublishedPortSpec, SandboxSpec } from '../../machine/network.ts';
import { randomId } from '../ids.ts';
import { macOf, parseAddress, parseBlock, parseMac } from './address.ts';
import { allocateAddress } from './allocate-address.ts';
import type { Endpoint } from './endpoint.ts';
import { bridgeName, isIsolating, isUserDefined, mtuOf, type NetworkRecord, OPTION } from './network-record.ts';
import type { Networks } from './networks.ts';
import type { HostPort } from './port-allocator.ts';
import type { PortRequest } from './port-requests.ts';

/** A container's place on one network. */
export interface Attachment {
  readonly network: NetworkRecord;
  readonly endpoint: Endpoint;
  /** The highest of a container's networks is its way out. */
  readonly priority: number;
}

export interface PublishedPort {
  readonly request: PortRequest;
  readonly host: HostPort;
}

/** A container's networks while it runs: addresses and ports that are its own until {@link close}. */
export class Sandbox {
  /** 64 hex digits. */
  readonly id = randomId();
  readonly containerId: string;
  readonly #networks: Networks;
  readonly #attachments: Attachment[] = [];
  readonly #interfaces = new Map<string, number>();
  #ports: PublishedPort[] = [];

  constructor(networks: Networks, containerId: string) {
    this.#networks = networks;
    this.containerId = containerId;
  }

  /** Names its namespace in the guest, at `/var/run/docker/netns`. */
  get key(): string {
    return this.id.slice(0, 12);
  }

  /** In the order of joining. */
  get attachments(): readonly Attachment[] {
    return [...this.#attachments];
  }

  get ports(): readonly PublishedPort[] {
    return this.#ports;
  }

  attachment(networkId: string): Attachment | undefined {
    return this.#attachments.find(({ network }) => network.id === networkId);
  }

  /** Whether names are looked up for it: on the default bridge they are not. */
  get resolves(): boolean {
    return this.#attachments.some(({ network }) => network.driver === 'bridge' && isUserDefined(network));
  }

  /** The network that packets for elsewhere leave by, and whose address published ports lead to (libnetwork, Endpoint.Less). */
  get way(): Attachment | undefined {
    return this.#attachments
      .filter(({ endpoint }) => endpoint.gateway !== '')
      .sort((a, b) => b.priority - a.priority || (a.network.name < b.network.name ? -1 : 1))[0];
  }

  /** Takes an address on a network. Throws ContainerError. */
  join(network: NetworkRecord, settings: EndpointSettings): Attachment {
    const attachment = {
      network,
      endpoint: network.driver === 'bridge' ? this.#bridged(network, settings) : this.#bare(network),
      priority: settings.GwPriority ?? 0,
    };
    this.#networks.hold(attachment.endpoint);
    this.#attachments.push(attachment);
    return attachment;
  }

  leave({ endpoint }: Attachment): void {
    this.#networks.release(endpoint);
    const index = this.#attachments.findIndex((other) => other.endpoint === endpoint);
    if (index >= 0) this.#attachments.splice(index, 1);
  }

  /** Takes ports of the host, all or none. Throws ContainerError `system` if one is not to be had. */
  publish(requests: readonly PortRequest[]): void {
    for (const request of requests) {
      try {
        this.#ports.push({ request, host: this.#take(request) });
      } catch (error) {
        this.unpublish();
        throw error;
      }
    }
  }

  unpublish(): void {
    for (const { host } of this.#ports) this.#networks.ports.release(host);
    this.#ports = [];
  }

  /** Takes another port in place of one that a program of the host has. False if none but this was asked for. */
  replace({ request, host }: PublishedPort): boolean {
    const { range } = request;
    const last = range?.[1] ?? 0;
    if (range && host.port >= last) return false;
    const { ports } = this.#networks;
    const other = range
      ? ports.takeWithin(host.protocol, host.address, host.port + 1, last)
      : ports.takeAny(host.protocol, host.address);
    ports.release(host);
    this.#ports = this.#ports.map((port) => (port.host === host ? { request, host: other } : port));
    return true;
  }

  close(): void {
    this.unpublish();
    for (const attachment of this.attachments) this.leave(attachment);
  }

  /** What the machine is told to start with. */
  spec(): SandboxSpec {
    return {
      key: this.key,
      add: this.#attachments.flatMap(endpointSpec),
      gateway: this.way?.endpoint.gateway ?? null,
      ports: this.portSpecs(),
      resolver: this.resolves,
    };
  }

  portSpecs(): readonly PublishedPortSpec[] {
    const address = this.way?.endpoint.address ?? '';
    return this.#ports.map(({ request, host }) => ({
      protocol: host.protocol,
      hostAddress: host.address,
      hostPort: host.port,
      address,
      port: request.port,
    }));
  }

  #take({ protocol, hostAddress, range }: PortRequest): HostPort {
    const { ports } = this.#networks;
    const address = hostAddress || this.way?.network.options[OPTION.hostBinding] || '0.0.0.0';
    if (!range) return ports.takeAny(protocol, address);
    const [first, last] = range;
    return first === last
      ? ports.take({ protocol, address, port: first })
      : ports.takeWithin(protocol, address, first, last);
  }

  #bare(network: NetworkRecord): Endpoint {
    const nothing = { interfaceName: '', address: '', prefix: 0, mac: '', gateway: '' };
    return { id: randomId(), containerId: this.containerId, networkId: network.id, ...nothing };
  }

  #bridged(network: NetworkRecord, settings: EndpointSettings): Endpoint {
    const taken = new Set(this.#networks.endpointsOn(network.id).map(({ address }) => address));
    const address = allocateAddress(network, taken, settings.IPAMConfig?.IPv4Address || undefined);
    const prefix = network.options[OPTION.interfacePrefix] || 'eth';
    const number = this.#interfaces.get(prefix) ?? 0;
    this.#interfaces.set(prefix, number + 1);
    return {
      id: randomId(),
      containerId: this.containerId,
      networkId: network.id,
      interfaceName: `${prefix}${number}`,
      address,
      prefix: parseBlock(network.addresses?.subnet ?? '')?.bits ?? 0,
      mac: parseMac(settings.MacAddress ?? '') ?? macOf(parseAddress(address) ?? 0),
      gateway: network.internal ? '' : (network.addresses?.gateway ?? ''),
    };
  }
}

/** Nothing for networks that have no interface. */
export function endpointSpec({ network, endpoint }: Attachment): readonly EndpointSpec[] {
  if (network.driver !== 'bridge') return [];
  return [
    {
      bridge: bridgeName(network),
      name: endpoint.interfaceName,
      address: endpoint.address,
      prefix: endpoint.prefix,
      mac: endpoint.mac,
      mtu: mtuOf(network),
      isolated: isIsolating(network),
    },
  ];
}
