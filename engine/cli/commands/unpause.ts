import { defineCommand } from '../command.ts';
import { forEachName } from '../each.ts';

export const unpause = defineCommand({
  summary: 'Unpause all processes within one or more containers',
  usage: 'CONTAINER [CONTAINER...]',
  aliases: 'docker container unpause, docker unpause',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },

  run(session, { args }) {
    return forEachName(session, args, (name) => session.client.containers.unpause(name));
  },
});
