import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';

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
  async run({ client, context, out, resolve }, { flags, args }) {
    const { output, platform } = flags;
    if (!output && out.tty) {
      throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    }
    const target = resolve(output);
    if (output) {
      const directory = target.replace(/\/[^/]*$/, '') || '/';
      if (!(await context.files.stat(directory))) {
        throw new CliError(`failed to save image: invalid output path: stat ${directory}: no such file or directory`);
      }
      if ((await context.files.stat(target))?.kind === 'directory') {
        throw new CliError(
          `failed to save image: invalid output path: ${JSON.stringify(output)} must be a regular file`,
        );
      }
    }
    const tar = await client.images.save(args, platform ? { platform } : {});
    if (!output) await out.pipe(tar);
    else await context.files.write(target, new Uint8Array(await new Response(tar as BodyInit).arrayBuffer()));
    return 0;
  },
});
