import { canonicalName, familiarRepository, type Reference, repositoryName } from '../../image/reference.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { awaitMessages, showMessages } from '../progress/json-messages.ts';
import { reference } from '../references.ts';

const PLATFORM_USAGE = `Push a platform-specific manifest as a single-platform image to the registry.
Image index won't be pushed, meaning that other manifests, including attestations won't be preserved.
'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)`;

const PLATFORM_NOTE = `
 Info -> Using --platform pushes only the specified platform manifest of a multi-platform image index.
         Other components, like attestations, will not be included.
         To push the complete multi-platform image, remove the --platform flag.
         
`;

export const push = defineCommand({
  summary: 'Upload an image to a registry',
  usage: 'NAME[:TAG]',
  aliases: 'docker image push, docker push',
  arity: { min: 1, max: 1 },
  flags: [
    flag('all-tags', 'bool', 'Push all tags of an image to the repository', 'a'),
    flag('disable-content-trust', 'bool', 'Skip image signing', '', true),
    flag('platform', 'string', PLATFORM_USAGE),
    flag('quiet', 'bool', 'Suppress verbose output', 'q'),
  ],
  async run({ client, context, out, interrupted }, { flags, args }) {
    const given = reference(args[0] ?? '');
    const { 'all-tags': allTags, platform, quiet } = flags;
    if (allTags && (given.tag !== undefined || given.digest !== undefined)) {
      throw new CliError("tag can't be used with --all-tags/-a");
    }
    if (given.digest !== undefined) throw new CliError('cannot push a digest reference');
    const isBare = !allTags && given.tag === undefined;
    if (isBare && !quiet) await out.line('Using default tag: latest');
    const target: Reference = isBare ? { ...given, tag: 'latest' } : given;
    if (platform) await out.write(PLATFORM_NOTE);
    const messages = await client.images.push(familiarRepository(target), {
      ...(target.tag === undefined ? {} : { tag: target.tag }),
      ...(platform ? { platform } : {}),
      signal: interrupted,
    });
    if (!quiet) {
      await showMessages(messages, out, { columns: context.size.columns });
      return 0;
    }
    await awaitMessages(messages);
    await out.line(target.tag === undefined ? repositoryName(target) : canonicalName(target));
    return 0;
  },
});
