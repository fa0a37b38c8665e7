import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { pullImage, pullName } from '../pulling.ts';
import { reference } from '../references.ts';

export const pull = defineCommand({
  summary: 'Download an image from a registry',
  usage: 'NAME[:TAG|@DIGEST]',
  aliases: 'docker image pull, docker pull',
  arity: { min: 1, max: 1 },
  flags: [
    flag('all-tags', 'bool', 'Download all tagged images in the repository', 'a'),
    flag('disable-content-trust', 'bool', 'Skip image verification', '', true),
    flag('platform', 'string', 'Set platform if server is multi-platform capable'),
    flag('quiet', 'bool', 'Suppress verbose output', 'q'),
  ],
  async run(session, { flags, args }) {
    const name = args[0] ?? '';
    const image = reference(name);
    const allTags = flags['all-tags'];
    if (allTags && (image.tag || image.digest)) {
      throw new CliError("tag can't be used with --all-tags/-a");
    }
    if (!allTags && !image.tag && !image.digest && !flags.quiet) await session.out.line('Using default tag: latest');
    await pullImage(session, image, { out: session.out, quiet: flags.quiet, platform: flags.platform, allTags });
    await session.out.line(pullName(name, allTags));
    return 0;
  },
});
