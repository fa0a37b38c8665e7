import { defineCommand } from '../command.ts';
import { columns } from '../format/columns.ts';

const COLUMN = 20;

export const top = defineCommand({
  summary: 'Display the running processes of a container',
  usage: 'CONTAINER [ps OPTIONS]',
  aliases: 'docker container top, docker top',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  interspersed: false,
  async run({ client, out }, { args }) {
    const [container = '', ...options] = args;
    const { Titles, Processes } = await client.containers.top(container, options.join(' ') || undefined);
    const lines = [Titles, ...(Processes ?? [])].map((cells) => `${cells.join('\t')}\n`).join('');
    await out.write(columns(lines, COLUMN));
    return 0;
  },
});
