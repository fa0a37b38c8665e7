import { defineCommand } from '../command.ts';
import { forEachName } from '../each.ts';
import { flag, hidden } from '../flags/flag.ts';
import { graceOptions } from '../options/grace.ts';

export const stop = defineCommand({
  summary: 'Stop one or more running containers',
  usage: 'CONTAINER [CONTAINER...]',
  aliases: 'docker container stop, docker stop',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [
    flag('signal', 'string', 'Signal to send to the container', 's'),
    flag('timeout', 'int', 'Seconds to wait before killing the container', 't'),
    hidden('time', 'int', 'use --timeout instead'),
  ],
  run(session, { flags, changed, args }) {
    return forEachName(session, args, (name) => session.client.containers.stop(name, graceOptions(flags, changed)));
  },
});
