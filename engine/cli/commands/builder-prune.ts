import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { flag } from '../flags/flag.ts';
import { humanSize } from '../format/quantity.ts';
import { toFilters } from '../options/filters.ts';

export const builderPrune = defineCommand({
  summary: 'Remove build cache',
  arity: { min: 0, max: 0 },
  flags: [
    flag('all', 'bool', 'Remove all unused build cache, not just dangling ones', 'a'),
    flag('filter', 'filter', 'Provide filter values (e.g. "until=24h")'),
    flag('force', 'bool', 'Do not prompt for confirmation', 'f'),
    flag('keep-storage', 'bytes', 'Amount of disk space to keep for cache'),
  ],
  async run(session, { flags }) {
    const { client, out } = session;
    const warning = `WARNING! This will remove all ${flags.all ? '' : 'dangling '}build cache.`;
    // Docker asks on the same line, here alone.
    if (!flags.force && !(await confirm(session, warning, ' '))) return 0;
    const { CachesDeleted: deleted, SpaceReclaimed: bytes } = await client.system.pruneBuildCache({
      all: flags.all,
      filters: toFilters(flags.filter),
      keepStorage: flags['keep-storage'],
    });
    if (deleted?.length) await out.write(`Deleted build cache objects:\n${deleted.join('\n')}\n\n`);
    await out.line(`Total reclaimed space: ${humanSize(bytes)}`);
    return 0;
  },
});
