import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { outputPath } from '../output-path.ts';

export const exportContainer = defineCommand({
  summary: "Export a container's filesystem as a tar archive",
  usage: 'CONTAINER',
  aliases: 'docker container export, docker export',
  arity: { min: 1, max: 1 },
  flags: [flag('output', 'string', 'Write to a file, instead of STDOUT', 'o')],
  async run(session, { flags, args }) {
    const { client, context, out } = session;
    if (!flags.output && out.tty) {
      throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    }
    const target = flags.output && (await outputPath(session, flags.output, 'export container'));
    const tar = await client.containers.export(args[0] ?? '');
    if (target) await context.files.write(target, new Uint8Array(await new Response(tar as BodyInit).arrayBuffer()));
    else await out.pipe(tar);
    return 0;
  },
});
