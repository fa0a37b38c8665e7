import { EngineApiError } from '../../api/client/errors.ts';
import { defineCommand } from '../command.ts';
import { CliError, errorText } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { platformFlag } from '../options/platform.ts';

export const rmi = defineCommand({
  summary: 'Remove one or more images',
  usage: 'IMAGE [IMAGE...]',
  aliases: 'docker image rm, docker image remove, docker rmi',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [
    flag('force', 'bool', 'Force removal of the image', 'f'),
    flag('no-prune', 'bool', 'Do not delete untagged parents'),
    flag(
      'platform',
      'strings',
      'Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
  ],
  async run({ client, out, err }, { flags, args }) {
    const platforms = flags.platform.map(platformFlag);
    const failures: string[] = [];
    let fatal = false;
    for (const name of args) {
      try {
        const items = await client.images.remove(name, {
          force: flags.force,
          noprune: flags['no-prune'],
          platforms,
        });
        for (const item of items) {
          await out.line('Deleted' in item ? `Deleted: ${item.Deleted}` : `Untagged: ${item.Untagged}`);
        }
      } catch (error) {
        if (!(error instanceof EngineApiError)) throw error;
        if (error.status !== 404) fatal = true;
        failures.push(errorText(error));
      }
    }
    if (failures.length === 0) return 0;
    const message = failures.join('\n');
    if (!flags.force || fatal) throw new CliError(message);
    await err.line(message);
    return 0;
  },
});
