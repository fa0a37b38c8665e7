import { defineCommand } from '../command.ts';
import { forEachName } from '../each.ts';
import { flag } from '../flags/flag.ts';

export const volumeRm = defineCommand({
  summary: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  usage: 'VOLUME [VOLUME...]',
  aliases: 'docker volume rm, docker volume remove',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [flag('force', 'bool', 'Force the removal of one or more volumes', 'f')],
  run: (session, { flags, args }) =>
    forEachName(session, args, (name) => session.client.volumes.remove(name, { force: flags.force })),
});
