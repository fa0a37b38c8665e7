import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';

export const networkDisconnect = defineCommand({
  summary: 'Disconnect a container from a network',
  usage: 'NETWORK CONTAINER',
  arity: { min: 2, max: 2 },
  flags: [flag('force', 'bool', 'Force the container to disconnect from a network', 'f')],
  async run({ client }, { flags, args: [network = '', container = ''] }) {
    await client.networks.disconnect(network, container, { force: flags.force });
    return 0;
  },
});
