import type { PortBinding } from '../../api/types.ts';
import { CliError } from '../errors.ts';

const PROTOCOLS = new Set(['tcp', 'udp', 'sctp']);
const LAST_PORT = 65535;

export interface PublishedPorts {
  readonly exposed: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly bindings: Readonly<Record<string, readonly PortBinding[]>>;
}

/** `--publish` and `--expose` as the API wants them. Throws CliError. */
export function publishedPorts(publish: readonly string[], expose: readonly string[]): PublishedPorts {
  const exposed: Record<string, Record<string, never>> = {};
  const bindings: Record<string, PortBinding[]> = {};
  for (const spec of publish) {
    for (const { port, binding } of publishSpec(spec)) {
      exposed[port] = {};
      bindings[port] = [...(bindings[port] ?? []), binding];
    }
  }
  for (const spec of expose) {
    if (spec.includes(':')) throw new CliError(`invalid port format for --expose: ${spec}`);
    const { range, protocol } = splitProtocol(spec);
    const ports = portRange(range);
    if (!ports) throw new CliError(`invalid range format for --expose: ${spec}, error: ${rangeReason(range)}`);
    for (let port = ports.first; port <= ports.last; port++) exposed[`${port}/${protocol}`] = {};
  }
  return { exposed, bindings };
}

/** `[[ip:]hostPort:]containerPort[/protocol]`, where ports may be ranges. */
function publishSpec(spec: string): readonly { readonly port: string; readonly binding: PortBinding }[] {
  const bracketed = /^\[([^\]]+)\]:(.*)$/.exec(spec);
  const parts = (bracketed?.[2] ?? spec).split(':');
  const container = parts.pop() ?? '';
  const host = parts.pop() ?? '';
  const ip = bracketed?.[1] ?? parts.join(':');
  const { range, protocol } = splitProtocol(container);
  if (range === '') throw new CliError(`no port specified: ${spec}<empty>`);
  const inside = portRange(range);
  if (!inside) throw new CliError(`invalid containerPort: ${range}`);
  const outside = host === '' ? undefined : portRange(host);
  if (host !== '' && !outside) throw new CliError(`invalid hostPort: ${host}`);
  if (!PROTOCOLS.has(protocol)) throw new CliError(`invalid proto: ${protocol}`);
  if (ip !== '' && !/^(\d{1,3}(\.\d{1,3}){3}|[\da-fA-F:.]*:[\da-fA-F:.]*)$/.test(ip)) {
    throw new CliError(`invalid IP address: ${ip}`);
  }
  const count = inside.last - inside.first;
  if (outside && outside.last - outside.first !== count && count !== 0) {
    throw new CliError(`invalid ranges specified for container and host Ports: ${range} and ${host}`);
  }
  return Array.from({ length: count + 1 }, (_, offset) => ({
    port: `${inside.first + offset}/${protocol}`,
    // One port may be given a range of the host to choose from.
    binding: { HostIp: ip, HostPort: !outside ? '' : count === 0 ? host : String(outside.first + offset) },
  }));
}

function splitProtocol(text: string): { readonly range: string; readonly protocol: string } {
  const [range = '', protocol = ''] = text.split('/', 2);
  return { range, protocol: protocol.toLowerCase() || 'tcp' };
}

function portRange(text: string): { readonly first: number; readonly last: number } | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= LAST_PORT ? { first, last } : undefined;
}

function rangeReason(text: string): string {
  if (text === '') return 'empty string specified for ports';
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (match && Number(match[2]) < Number(match[1])) return `invalid range specified for port: ${text}`;
  return `strconv.ParseUint: parsing ${JSON.stringify(text.split('-')[0])}: invalid syntax`;
}
