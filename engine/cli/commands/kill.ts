import { defineCommand } from '../command.ts';
import { forEachName } from '../each.ts';
import { flag } from '../flags/flag.ts';

export const kill = defineCommand({
  summary: 'Kill one or more running containers',
  usage: 'CONTAINER [CONTAINER...]',
  aliases: 'docker container kill, docker kill',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [flag('signal', 'string', 'Signal to send to the container', 's')],
  run(session, { flags, args }) {
    return forEachName(session, args, (name) => session.client.containers.kill(name, flags.signal || undefined));
  },
});
