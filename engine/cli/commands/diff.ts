import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';

const LETTERS = ['C', 'A', 'D'];

export const diff = defineCommand({
  summary: "Inspect changes to files or directories on a container's filesystem",
  usage: 'CONTAINER',
  aliases: 'docker container diff, docker diff',
  arity: { min: 1, max: 1 },
  async run({ client, out }, { args }) {
    if (args[0] === '') throw new CliError('container name cannot be empty');
    const changes = await client.containers.changes(args[0] ?? '');
    await out.write(changes.map(({ Kind, Path }) => `${LETTERS[Kind]} ${Path}\n`).join(''));
    return 0;
  },
});
