import type { ContainerCreateRequest, EndpointSettings, HostConfig } from '../../api/types.ts';
import { ContainerError, invalidParameter } from '../errors.ts';
import { isIpv6, parseAddress, parseMac } from './address.ts';
import { validateEndpoint } from './endpoint-settings.ts';
import { extraHost } from './etc-files.ts';
import type { Networks } from './networks.ts';
import { portRequests } from './port-requests.ts';

/** What a container that is being created wants of networks. */
export interface NetworkRequest {
  /** By network name: all that it is to be on. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
  readonly warnings: readonly string[];
}

/**
 * Reads and checks the network part of a create request. Networks that are not there yet are taken: they are looked for at
 * the start. Throws ContainerError in dockerd's words.
 * @param host completed, so with a network mode
 */
export function networkRequest(networks: Networks, request: ContainerCreateRequest, host: HostConfig): NetworkRequest {
  const mode = host.NetworkMode;
  checkAddresses(host);
  const ports = portRequests({ config: request, host });
  const asked = request.NetworkingConfig?.EndpointsConfig ?? {};
  if (mode.startsWith('container:')) {
    checkSharing(request, host);
    return { endpoints: {}, warnings: [] };
  }
  if (request.NetworkDisabled) return { endpoints: {}, warnings: [] };
  if (mode === 'host' && host.Links?.length) {
    throw invalidParameter(
      "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
    );
  }
  if (host.Links?.length && mode === 'bridge') {
    throw new ContainerError(
      'not-implemented',
      'links on the default bridge network are not supported by this engine: containers on a network of their own (docker network create) find each other by name',
    );
  }
  const endpoints: Record<string, EndpointSettings> = { [nameOf(networks, mode)]: {} };
  for (const [key, settings] of Object.entries(asked)) {
    const name = key === 'default' ? nameOf(networks, mode) : nameOf(networks, key);
    const endpoint = desired(settings ?? {});
    validateEndpoint(name, endpoint);
    endpoints[name] = endpoint;
  }
  const names = Object.keys(endpoints);
  if (names.length > 1 && names.some((name) => name === 'host' || name === 'none')) {
    throw invalidParameter(
      names.includes('host')
        ? 'container sharing network namespace with another container or host cannot be connected to any other network'
        : 'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
  }
  const warnings: string[] = [];
  // Clients before API 1.44 give the address for the container as a whole.
  const mac = (request as { readonly MacAddress?: string }).MacAddress;
  if (mac) {
    if (parseMac(mac) === undefined) throw invalidParameter(`invalid MAC address ${mac}`);
    const main = nameOf(networks, mode);
    const own = endpoints[main]?.MacAddress;
    if (own && own !== mac) {
      throw invalidParameter(
        'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty',
      );
    }
    endpoints[main] = { ...endpoints[main], MacAddress: mac };
  }
  if (mode === 'host' && ports.length > 0) {
    warnings.push('Published ports are discarded when using host network mode');
  }
  return { endpoints, warnings };
}

export const isOnHost = ({ NetworkMode }: Pick<HostConfig, 'NetworkMode'>): boolean => NetworkMode === 'host';

/** Writes the ID in place of the name in `container:NAME`, if there is such a container: names change. */
export function withOwnersId(host: HostConfig, idOf: (query: string) => string): HostConfig {
  const [, query] = /^container:(.+)$/.exec(host.NetworkMode) ?? [];
  if (query === undefined) return host;
  try {
    return { ...host, NetworkMode: `container:${idOf(query)}` };
  } catch {
    // It is looked for again at the start, which says that it is not there.
    return host;
  }
}

const nameOf = (networks: Networks, query: string): string => {
  const found = networks.list().filter(({ id, name }) => name === query || id === query || id.startsWith(query));
  return found.find(({ name }) => name === query)?.name ?? (found.length === 1 ? (found[0]?.name ?? query) : query);
};

/** What the user may say of an endpoint; the rest is the engine's to fill in. */
export function desired(settings: EndpointSettings): EndpointSettings {
  const { IPAMConfig, Links, Aliases, MacAddress, DriverOpts, GwPriority } = settings;
  return {
    ...(IPAMConfig && { IPAMConfig }),
    ...(Links?.length && { Links }),
    ...(Aliases && { Aliases }),
    ...(MacAddress && { MacAddress }),
    ...(DriverOpts && { DriverOpts }),
    ...(GwPriority && { GwPriority }),
  };
}

/** `--network container:X` takes X's network as it is (moby, runconfig, validateNetMode). */
function checkSharing(request: ContainerCreateRequest, host: HostConfig): void {
  const conflict = (condition: boolean, message: string): void => {
    if (condition) throw invalidParameter(message);
  };
  const options = (what: string): string => `conflicting options: ${what} and the network mode`;
  const portMode = 'and the container type network mode';
  conflict(host.NetworkMode === 'container:', 'invalid container format container:<name|id>');
  conflict(Boolean(request.Hostname), options('hostname'));
  conflict(
    Boolean(host.Links?.length),
    "conflicting options: container type network can't be used with links. This would result in undefined behavior",
  );
  conflict(Boolean(host.Dns?.length), options('dns'));
  conflict(Boolean(host.ExtraHosts?.length), options('custom host-to-IP mapping'));
  const endpoints = Object.values(request.NetworkingConfig?.EndpointsConfig ?? {});
  const mac = (request as { readonly MacAddress?: string }).MacAddress;
  conflict(Boolean(mac) || endpoints.some((each) => each?.MacAddress), options('mac-address'));
  const published = Object.keys(host.PortBindings ?? {}).length > 0 || host.PublishAllPorts;
  conflict(published, `conflicting options: port publishing ${portMode}`);
  conflict(Object.keys(request.ExposedPorts ?? {}).length > 0, `conflicting options: port exposing ${portMode}`);
}

function checkAddresses({ Dns, ExtraHosts }: HostConfig): void {
  for (const server of Dns ?? []) {
    if (!isAddress(server)) throw invalidParameter(`invalid DNS address: ${server}`);
  }
  for (const entry of ExtraHosts ?? []) {
    const { name, address } = extraHost(entry);
    if (name === '' || !/[:=]/.test(entry) || /\s/.test(name)) {
      throw invalidParameter(`bad format for add-host: ${JSON.stringify(entry)}`);
    }
    if (!isAddress(address)) throw invalidParameter(`invalid IP address in add-host: ${JSON.stringify(address)}`);
  }
}

const isAddress = (text: string): boolean => parseAddress(text) !== undefined || isIpv6(text);
