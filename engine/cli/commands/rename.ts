import { defineCommand } from '../command.ts';
import { CliError, errorText } from '../errors.ts';

export const rename = defineCommand({
  summary: 'Rename a container',
  usage: 'CONTAINER NEW_NAME',
  aliases: 'docker container rename, docker rename',
  arity: { min: 2, max: 2 },
  async run({ client, err }, { args }) {
    const [from = '', to = ''] = args.map((name) => name.trim());
    if (from === '' || to === '') throw new CliError('Error: Neither old nor new names may be empty');
    try {
      await client.containers.rename(from, to);
    } catch (error) {
      await err.line(errorText(error));
      throw new CliError(`Error: failed to rename container named ${from}`, 1, { cause: error });
    }
    return 0;
  },
});
