import type { ContainerConfig, HostConfig } from '../../api/types.ts';
import type { GuestFile } from '../../machine/machine.ts';
import { containerDirectory } from '../runtime/mounts.ts';
import { DEFAULT_GATEWAY } from './predefined.ts';

/** What a container's `/etc/hosts`, `/etc/hostname` and `/etc/resolv.conf` are made from. */
export interface EtcInput {
  readonly config: Pick<ContainerConfig, 'Hostname' | 'Domainname'>;
  readonly host: Pick<HostConfig, 'NetworkMode' | 'ExtraHosts' | 'Dns' | 'DnsSearch' | 'DnsOptions'>;
  /** Of the container, in the order of joining. */
  readonly addresses: readonly string[];
  /** Names are looked up at {@link RESOLVER}. */
  readonly resolves: boolean;
}

/** Docker's name server in containers on networks of the user's. */
export const RESOLVER = '127.0.0.11';
/** The guest host's own name and hosts file (engine/guest/init/boot.c writes them). */
export const HOST_NAME = 'lab';
const HOST_HOSTS = `127.0.0.1\tlocalhost ${HOST_NAME}`;
/** What Docker falls back to when the host has no name server of its own. */
const FALLBACK_NAMESERVERS = ['8.8.8.8', '8.8.4.4'];
/** Stands for the host's address on the default bridge. */
const HOST_GATEWAY = 'host-gateway';

/** A file's lines. */
type Lines = readonly string[];

export const etcPath = (id: string, name: 'hostname' | 'hosts' | 'resolv.conf'): string =>
  `${containerDirectory(id)}/${name}`;

/** The files, to be bind-mounted from the guest over those of the container's image. */
export function etcFiles(id: string, input: EtcInput): readonly GuestFile[] {
  const file = (name: Parameters<typeof etcPath>[1], lines: Lines): GuestFile => ({
    path: etcPath(id, name),
    data: new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')),
    mode: 0o644,
  });
  return [
    file('hostname', [input.config.Hostname]),
    file('hosts', hostsLines(input)),
    file('resolv.conf', resolvLines(input)),
  ];
}

/** Docker's own, without IPv6: the guest's kernel has none. */
export function hostsLines(input: EtcInput): Lines {
  const { host, addresses } = input;
  const extra = (host.ExtraHosts ?? []).map((entry) => {
    const { name, address } = extraHost(entry);
    return `${address}\t${name}`;
  });
  if (host.NetworkMode === 'host' && extra.length === 0) return [HOST_HOSTS];
  return ['127.0.0.1\tlocalhost', ...extra, ...addresses.map((address) => ownLine(input, address))];
}

/** The line for one of the container's own addresses: full name, then the first part of it. */
export function ownLine({ config: { Hostname, Domainname } }: Pick<EtcInput, 'config'>, address: string): string {
  const full = Domainname === '' ? Hostname : `${Hostname}.${Domainname}`;
  const [first = ''] = full.split('.', 1);
  return `${address}\t${first === full ? full : `${full} ${first}`}`;
}

export function resolvLines({ host, resolves }: EtcInput): Lines {
  const own = host.Dns ?? [];
  const servers = resolves ? [RESOLVER] : own.length > 0 || host.NetworkMode === 'host' ? own : FALLBACK_NAMESERVERS;
  const asked = host.DnsOptions ?? [];
  const options = resolves && !asked.some((option) => option.startsWith('ndots:')) ? [...asked, 'ndots:0'] : asked;
  return [
    ...(host.DnsSearch?.length ? [`search ${host.DnsSearch.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
}

/** `name:address` or `name=address`. */
export function extraHost(entry: string): { readonly name: string; readonly address: string } {
  const separator = /[:=]/.exec(entry)?.index ?? entry.length;
  const address = entry.slice(separator + 1).replace(/^\[(.*)\]$/, '$1');
  return { name: entry.slice(0, separator), address: address === HOST_GATEWAY ? DEFAULT_GATEWAY : address };
}
