import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { platformFlag } from '../options/platform.ts';
import { outputPath } from '../output-path.ts';

export const save = defineCommand({
  summary: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  usage: 'IMAGE [IMAGE...]',
  aliases: 'docker image save, docker save',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [
    flag('output', 'string', 'Write to a file, instead of STDOUT', 'o'),
    flag(
      'platform',
      'string',
      'Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
  ],
  async run(session, { flags, args }) {
    const { client, context, out } = session;
    const { output, platform } = flags;
    if (!output && out.tty) {
      throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    }
    const target = output && (await outputPath(session, output, 'save image'));
    const tar = await client.images.save(args, platform ? { platform: platformFlag(platform) } : {});
    if (target) await context.files.write(target, new Uint8Array(await new Response(tar as BodyInit).arrayBuffer()));
    else await out.pipe(tar);
    return 0;
  },
});
