import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';

export const networkConnect = defineCommand({
  summary: 'Connect a container to a network',
  usage: 'NETWORK CONTAINER',
  arity: { min: 2, max: 2 },
  flags: [
    flag('alias', 'strings', 'Add network-scoped alias for the container'),
    flag('driver-opt', 'strings', 'driver options for the network'),
    flag(
      'gw-priority',
      'int',
      'Highest gw-priority provides the default gateway. Accepts positive and negative values.',
    ),
    flag('ip', 'string', 'IPv4 address (e.g., "172.30.100.104")'),
    flag('ip6', 'string', 'IPv6 address (e.g., "2001:db8::33")'),
    flag('link', 'list', 'Add link to another container'),
    flag('link-local-ip', 'strings', 'Add a link-local address for the container'),
  ],
  async run({ client }, { flags, args: [network = '', container = ''] }) {
    await client.networks.connect(network, container, {
      IPAMConfig: {
        ...(flags.ip && { IPv4Address: flags.ip }),
        ...(flags.ip6 && { IPv6Address: flags.ip6 }),
        ...(flags['link-local-ip'].length > 0 && { LinkLocalIPs: flags['link-local-ip'] }),
      },
      Links: flags.link.length > 0 ? flags.link : null,
      Aliases: flags.alias.length > 0 ? flags.alias : null,
      DriverOpts: Object.fromEntries(flags['driver-opt'].map(driverOption)),
      GwPriority: flags['gw-priority'],
    });
    return 0;
  },
});

function driverOption(entry: string): readonly [key: string, value: string] {
  const equals = entry.indexOf('=');
  const key = entry.slice(0, Math.max(equals, 0)).trim().toLowerCase();
  if (key === '') throw new CliError('invalid key/value pair format in driver options');
  return [key, entry.slice(equals + 1).trim()];
}
