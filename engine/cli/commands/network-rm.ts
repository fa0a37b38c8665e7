import { EngineApiError } from '../../api/client/errors.ts';
import { defineCommand } from '../command.ts';
import { CliError, errorText } from '../errors.ts';
import { flag } from '../flags/flag.ts';

export const networkRm = defineCommand({
  summary: 'Remove one or more networks',
  usage: 'NETWORK [NETWORK...]',
  usageHidesOptions: true,
  aliases: 'docker network rm, docker network remove',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [flag('force', 'bool', 'Do not error if the network does not exist', 'f')],
  async run({ client, out, err }, { flags, args }) {
    let failed = false;
    for (const name of args) {
      try {
        await client.networks.remove(name);
        await out.line(name);
      } catch (error) {
        if (!(error instanceof EngineApiError)) throw error;
        if (flags.force && error.status === 404) continue;
        failed = true;
        await err.line(errorText(error));
      }
    }
    // Docker's client says no more of it.
    if (failed) throw new CliError('exit status 1');
    return 0;
  },
});
