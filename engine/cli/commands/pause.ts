import { defineCommand } from '../command.ts';
import { forEachName } from '../each.ts';

export const pause = defineCommand({
  summary: 'Pause all processes within one or more containers',
  usage: 'CONTAINER [CONTAINER...]',
  aliases: 'docker container pause, docker pause',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },

  run(session, { args }) {
    return forEachName(session, args, (name) => session.client.containers.pause(name));
  },
});
