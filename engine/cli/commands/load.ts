import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { inputFile, inputStream } from '../input.ts';
import { platformFlag } from '../options/platform.ts';
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
  async run(session, { flags }) {
    const { client, context, out } = session;
    const { input, platform } = flags;
    if (!input && context.tty.stdin) throw new CliError('requested load from stdin, but stdin is empty');
    const options = platform ? { platform: platformFlag(platform) } : {};
    const tar = await (input ? inputFile(session, input) : inputStream(session));
    const quiet = flags.quiet || !out.tty;
    const messages = await client.images.load(tar, { quiet, ...options });
    await showMessages(messages, out, { columns: context.size.columns });
    return 0;
  },
});
