import { defineCommand } from '../command.ts';
import { createContainer, requirePullPolicy } from '../create-container.ts';
import { flag } from '../flags/flag.ts';
import { containerConfig } from '../options/container-config.ts';
import { containerFlags } from '../options/container-flags.ts';

export const create = defineCommand({
  summary: 'Create a new container',
  usage: 'IMAGE [COMMAND] [ARG...]',
  aliases: 'docker container create, docker create',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  interspersed: false,
  flags: [
    ...containerFlags,
    flag('pull', 'string', 'Pull image before creating ("always", "|missing", "never")', '', 'missing'),
  ],
  async run(session, { flags, changed, args }) {
    requirePullPolicy(flags.pull);
    const request = await containerConfig(session, { flags, changed, args });
    const id = await createContainer(session, request, {
      name: flags.name,
      platform: flags.platform,
      pull: flags.pull,
      quiet: flags.quiet,
      cidfile: flags.cidfile,
    });
    await session.out.line(id);
    return 0;
  },
});
