import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { splitReference } from '../references.ts';

export const commit = defineCommand({
  summary: "Create a new image from a container's changes",
  usage: 'CONTAINER [REPOSITORY[:TAG]]',
  aliases: 'docker container commit, docker commit',
  arity: { min: 1, max: 2 },
  flags: [
    flag('author', 'string', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', 'a'),
    flag('change', 'list', 'Apply Dockerfile instruction to the created image', 'c'),
    flag('message', 'string', 'Commit message', 'm'),
    flag('pause', 'bool', 'Pause container during commit', 'p', true),
  ],
  async run({ client, out }, { flags, args }) {
    const [container = '', name] = args;
    const target = name ? splitReference(name) : undefined;
    const { Id } = await client.containers.commit({
      container,
      ...(target ? { repo: target.repo } : {}),
      ...(target?.tag ? { tag: target.tag } : {}),
      ...(flags.message ? { comment: flags.message } : {}),
      ...(flags.author ? { author: flags.author } : {}),
      pause: flags.pause,
      changes: flags.change,
    });
    await out.line(Id);
    return 0;
  },
});
