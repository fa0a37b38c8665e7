import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { keyValues } from '../options/key-values.ts';
import { subnets } from '../options/subnets.ts';

export const networkCreate = defineCommand({
  summary: 'Create a network',
  usage: 'NETWORK',
  arity: { min: 1, max: 1 },
  flags: [
    flag('attachable', 'bool', 'Enable manual container attachment'),
    flag('aux-address', 'map', 'Auxiliary IPv4 or IPv6 addresses used by Network driver (default map[])'),
    flag('config-from', 'string', 'The network from which to copy the configuration'),
    flag('config-only', 'bool', 'Create a configuration only network'),
    flag('driver', 'string', 'Driver to manage the Network', 'd', 'bridge'),
    flag('gateway', 'strings', 'IPv4 or IPv6 Gateway for the master subnet'),
    flag('ingress', 'bool', 'Create swarm routing-mesh network'),
    flag('internal', 'bool', 'Restrict external access to the network'),
    flag('ip-range', 'strings', 'Allocate container ip from a sub-range'),
    flag('ipam-driver', 'string', 'IP Address Management Driver', '', 'default'),
    flag('ipam-opt', 'map', 'Set IPAM driver specific options (default map[])'),
    flag('ipv4', 'bool', 'Enable or disable IPv4 address assignment', '', true),
    flag('ipv6', 'bool', 'Enable or disable IPv6 address assignment'),
    flag('label', 'list', 'Set metadata on a network'),
    flag('opt', 'map', 'Set driver specific options (default map[])', 'o'),
    flag('scope', 'string', "Control the network's scope"),
    flag('subnet', 'strings', 'Subnet in CIDR format that represents a network segment'),
  ],
  async run({ client, out }, { flags, changed, args }) {
    const { Id: id } = await client.networks.create({
      Name: args[0] ?? '',
      Driver: flags.driver,
      Scope: flags.scope,
      ...(changed.has('ipv4') && { EnableIPv4: flags.ipv4 }),
      ...(changed.has('ipv6') && { EnableIPv6: flags.ipv6 }),
      IPAM: { Driver: flags['ipam-driver'], Options: keyValues(flags['ipam-opt']), Config: subnets(flags) },
      Internal: flags.internal,
      Attachable: flags.attachable,
      Ingress: flags.ingress,
      ConfigOnly: flags['config-only'],
      ConfigFrom: flags['config-from'] ? { Network: flags['config-from'] } : null,
      Options: keyValues(flags.opt),
      Labels: keyValues(flags.label),
    });
    await out.line(id);
    return 0;
  },
});
