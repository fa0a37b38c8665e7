import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { flag } from '../flags/flag.ts';
import { toFilters } from '../options/filters.ts';

export const networkPrune = defineCommand({
  summary: 'Remove all unused networks',
  arity: { min: 0, max: 0 },
  flags: [
    flag('filter', 'filter', 'Provide filter values (e.g. "until=<timestamp>")'),
    flag('force', 'bool', 'Do not prompt for confirmation', 'f'),
  ],
  async run(session, { flags }) {
    const warning = 'WARNING! This will remove all custom networks not used by at least one container.';
    if (!flags.force && !(await confirm(session, warning))) return 0;
    const { NetworksDeleted: deleted } = await session.client.networks.prune(toFilters(flags.filter));
    if (deleted?.length) await session.out.write(`Deleted Networks:\n${deleted.join('\n')}\n\n`);
    return 0;
  },
});
