import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { inputFile, inputStream } from '../input.ts';
import { showMessages } from '../progress/json-messages.ts';
import { reference } from '../references.ts';

export const importImage = defineCommand({
  summary: 'Import the contents from a tarball to create a filesystem image',
  usage: 'file|URL|- [REPOSITORY[:TAG]]',
  aliases: 'docker image import, docker import',
  arity: { min: 1, max: 2 },
  flags: [
    flag('change', 'list', 'Apply Dockerfile instruction to the created image', 'c'),
    flag('message', 'string', 'Set commit message for imported image', 'm'),
    flag('platform', 'string', 'Set platform if server is multi-platform capable'),
  ],
  async run(session, { flags, args }) {
    const [source = '', repo = ''] = args;
    // Docker opens the file first.
    const isUrl = /^(?:https?|ftp):\/\//.test(source);
    const tar = isUrl ? undefined : await (source === '-' ? inputStream(session) : inputFile(session, source));
    if (repo !== '') reference(repo);
    const messages = await session.client.images.import(tar ?? source, {
      repo,
      ...(flags.message ? { message: flags.message } : {}),
      changes: flags.change,
      ...(flags.platform ? { platform: flags.platform.toLowerCase() } : {}),
      signal: session.interrupted,
    });
    await showMessages(messages, session.out, { columns: session.context.size.columns });
    return 0;
  },
});
