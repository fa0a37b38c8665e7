import type { ContainerConfig, HostConfig } from '../../api/types.ts';
import { invalidParameter } from '../errors.ts';
import { isIpv6, parseAddress } from './address.ts';
import type { Protocol } from './port-allocator.ts';

/** A port of a container, such as `80/tcp`. */
export interface ContainerPort {
  readonly protocol: Protocol;
  readonly port: number;
}

/** A port of a container that is to be published. */
export interface PortRequest extends ContainerPort {
  /** Empty: where the network says. */
  readonly hostAddress: string;
  /** One port of this range; any port if left out. */
  readonly range?: readonly [first: number, last: number];
}

type Asked = {
  readonly config: Pick<ContainerConfig, 'ExposedPorts'>;
  readonly host: Partial<Pick<HostConfig, 'PortBindings' | 'PublishAllPorts'>>;
};

export const portKey = ({ port, protocol }: ContainerPort): string => `${port}/${protocol}`;

/** The ports that a container exposes, by number: published ones too. Throws ContainerError `invalid-parameter`. */
export function exposedPorts({ config, host }: Asked): readonly ContainerPort[] {
  const keys = new Set([...Object.keys(config.ExposedPorts ?? {}), ...Object.keys(host.PortBindings ?? {})]);
  const ports = new Map([...keys].flatMap(containerPorts).map((port) => [portKey(port), port]));
  return [...ports.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}

/** What is to be published. Throws ContainerError `invalid-parameter`. */
export function portRequests(asked: Asked): readonly PortRequest[] {
  const bindings = new Map(
    Object.entries(asked.host.PortBindings ?? {}).flatMap(([key, list]) =>
      containerPorts(key).map((port) => [portKey(port), list ?? []] as const),
    ),
  );
  return exposedPorts(asked).flatMap((port): readonly PortRequest[] => {
    const own = bindings.get(portKey(port)) ?? [];
    if (own.length === 0) return asked.host.PublishAllPorts ? [{ ...port, hostAddress: '' }] : [];
    return own.map(({ HostIp = '', HostPort = '' }) => {
      const range = hostRange(HostPort);
      return { ...port, hostAddress: hostAddress(HostIp), ...(range && { range }) };
    });
  });
}

/** `80`, `80/udp`, or a range such as `80-82/tcp`. */
function containerPorts(text: string): readonly ContainerPort[] {
  const [numbers = '', name = 'tcp'] = text.toLowerCase().split('/');
  const range = portRange(numbers);
  if (!range || range[0] === 0) throw invalidParameter(`invalid port specification: ${JSON.stringify(numbers)}`);
  if (name === 'sctp') throw invalidParameter(`invalid port ${text}: the guest's kernel has no SCTP`);
  if (name !== 'tcp' && name !== 'udp') throw invalidParameter(`invalid port specification: ${JSON.stringify(text)}`);
  const [first, last] = range;
  return Array.from({ length: last - first + 1 }, (_, offset) => ({ protocol: name, port: first + offset }));
}

/** `publish=80/tcp` and `expose=8000-8080`, as port keys. Throws ContainerError `invalid-parameter`. */
export const parsePortFilter = (text: string): readonly string[] => containerPorts(text).map(portKey);

function hostRange(text: string): readonly [number, number] | undefined {
  const range = portRange(text.split('/', 1)[0] ?? '');
  if (!range && text !== '') throw invalidParameter(`invalid port specification: ${JSON.stringify(text)}`);
  // Zero asks for any, as with sockets.
  return range && range[0] === 0 ? undefined : range;
}

function portRange(text: string): readonly [first: number, last: number] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= 65535 ? [first, last] : undefined;
}

function hostAddress(text: string): string {
  if (text === '' || parseAddress(text) !== undefined) return text;
  if (isIpv6(text.replace(/^\[(.*)\]$/, '$1'))) {
    throw invalidParameter(`invalid host IP address ${text}: this engine has no IPv6`);
  }
  throw invalidParameter(`invalid IP address: ${text}`);
}
