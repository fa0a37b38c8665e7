import type { ContainerConfig, HostConfig } from '../api/types.ts';
import type { StartContainer } from '../machine/machine.ts';
import { containerDirectory } from './runtime/mounts.ts';

/** What Docker falls back to when the host has no name server of its own. */
const FALLBACK_NAMESERVERS = ['8.8.8.8', '8.8.4.4'];

/** `/etc/hostname`, `/etc/hosts` and `/etc/resolv.conf` of a container, to be bind-mounted from the guest. */
export function etcFiles(
  id: string,
  config: ContainerConfig,
  host: HostConfig,
  addresses: readonly string[],
): NonNullable<StartContainer['files']> {
  const fqdn = config.Domainname === '' ? config.Hostname : `${config.Hostname}.${config.Domainname}`;
  const file = (name: string, text: string) => ({
    path: `${containerDirectory(id)}/${name}`,
    data: new TextEncoder().encode(text),
    mode: 0o644,
  });
  return [
    file('hostname', `${fqdn}\n`),
    file('hosts', hosts(config, host, fqdn, addresses)),
    file('resolv.conf', resolvConf(host)),
  ];
}

function hosts(config: ContainerConfig, host: HostConfig, fqdn: string, addresses: readonly string[]): string {
  const lines = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::\tip6-localnet',
    'ff00::\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    ...(host.ExtraHosts ?? []).map((entry) => {
      const separator = /[:=]/.exec(entry)?.index ?? entry.length;
      return `${entry.slice(separator + 1)}\t${entry.slice(0, separator)}`;
    }),
    ...addresses.map((address) => `${address}\t${fqdn === config.Hostname ? fqdn : `${fqdn} ${config.Hostname}`}`),
  ];
  return `${lines.join('\n')}\n`;
}

function resolvConf(host: HostConfig): string {
  const servers = host.Dns?.length ? host.Dns : FALLBACK_NAMESERVERS;
  const lines = servers.map((server) => `nameserver ${server}`);
  if (host.DnsSearch?.length) lines.unshift(`search ${host.DnsSearch.join(' ')}`);
  if (host.DnsOptions?.length) lines.push(`options ${host.DnsOptions.join(' ')}`);
  return `${lines.join('\n')}\n`;
}
