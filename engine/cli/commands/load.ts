import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { showMessages } from '../progress/json-messages.ts';

export const load = defineCommand({
  summary: 'Load an image from a tar archive or STDIN',
  aliases: 'docker image load, docker load',
  arity: { min: 0, max: 0 },
  flags: [
    flag('input', 'string', 'Read from tar archive file, instead of STDIN', 'i'),
    flag(
      'platform',
      'string',
      'Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
    flag('quiet', 'bool', 'Suppress the load output', 'q'),
  ],
  async run({ client, context, out, resolve }, { flags }) {
    const { input, platform } = flags;
    let tar: Uint8Array;
    if (input) {
      const path = resolve(input);
      if (!(await context.files.stat(path))) throw new CliError(`open ${input}: no such file or directory`);
      tar = await context.files.read(path);
    } else {
      if (context.tty.stdin) throw new CliError('requested load from stdin, but stdin is empty');
      tar = new Uint8Array(await new Response(context.stdin as BodyInit).arrayBuffer());
    }
    const quiet = flags.quiet || !out.tty;
    const messages = await client.images.load(tar, { quiet, ...(platform ? { platform } : {}) });
    await showMessages(messages, out, { columns: context.size.columns });
    return 0;
  },
});
