import type { EndpointSettings, NetworkSettings, Port, PortBinding, PortMap } from '../../api/types.ts';
import type { Container } from '../container.ts';
import { endpointNames } from './enter.ts';
import { exposedPorts, portKey } from './port-requests.ts';
import { isOnHost } from './requests.ts';
import type { Attachment } from './sandbox.ts';

/** The `NetworkSettings` of an inspection. What stands outside `Networks` is the default bridge's, for old clients. */
export function networkSettings(container: Container): NetworkSettings {
  const { sandbox } = container;
  const bridge = sandbox?.attachments.find(({ network }) => network.name === 'bridge')?.endpoint;
  return {
    Bridge: '',
    SandboxID: sandbox?.id ?? '',
    SandboxKey: sandbox ? `/var/run/docker/netns/${isOnHost(container.record.host) ? 'default' : sandbox.key}` : '',
    Ports: portMap(container),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.id ?? '',
    Gateway: bridge?.gateway ?? '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: bridge?.address ?? '',
    IPPrefixLen: bridge?.prefix ?? 0,
    IPv6Gateway: '',
    MacAddress: bridge?.mac ?? '',
    Networks: endpointSettings(container),
  };
}

/** A container's endpoints by network name: what was asked for, and while it runs what it has. */
export function endpointSettings(container: Container): Readonly<Record<string, EndpointSettings>> {
  const attachments = new Map(container.sandbox?.attachments.map((each) => [each.network.name, each]));
  const entries = Object.entries(container.record.endpoints)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, asked]) => [name, settings(container, asked, attachments.get(name))] as const);
  return Object.fromEntries(entries);
}

function settings(container: Container, asked: EndpointSettings, attachment: Attachment | undefined): EndpointSettings {
  const endpoint = attachment?.endpoint;
  const names = attachment ? endpointNames(container, attachment.network) : [];
  return {
    IPAMConfig: asked.IPAMConfig ?? null,
    Links: asked.Links ?? null,
    Aliases: asked.Aliases ?? null,
    MacAddress: endpoint?.mac ?? asked.MacAddress ?? '',
    DriverOpts: asked.DriverOpts ?? null,
    GwPriority: asked.GwPriority ?? 0,
    NetworkID: asked.NetworkID ?? '',
    EndpointID: endpoint?.id ?? '',
    Gateway: endpoint?.gateway ?? '',
    IPAddress: endpoint?.address ?? '',
    IPPrefixLen: endpoint?.prefix ?? 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: names.length > 0 ? names : null,
  };
}

/** Exposed ports and where they are published; only a container on a bridge that leads out has any. */
function portMap({ sandbox, record }: Container): PortMap {
  if (!sandbox?.way) return {};
  const bindings = new Map<string, PortBinding[] | null>(exposedPorts(record).map((port) => [portKey(port), null]));
  for (const { request, host } of sandbox.ports) {
    const key = portKey(request);
    bindings.set(key, [...(bindings.get(key) ?? []), { HostIp: host.address, HostPort: String(host.port) }]);
  }
  return Object.fromEntries([...bindings].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The `Ports` of a container in a list. */
export function portSummaries({ sandbox, record }: Container): readonly Port[] {
  if (!sandbox?.way) return [];
  return exposedPorts(record).flatMap(({ port, protocol }): readonly Port[] => {
    const published = sandbox.ports.filter(({ request }) => request.port === port && request.protocol === protocol);
    if (published.length === 0) return [{ PrivatePort: port, Type: protocol }];
    return published.map(({ host }) => ({
      IP: host.address,
      PrivatePort: port,
      PublicPort: host.port,
      Type: protocol,
    }));
  });
}
