import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { humanSize } from '../format/quantity.ts';
import { toFilters } from '../options/filters.ts';

export const volumePrune = defineCommand({
  summary: 'Remove unused local volumes',
  arity: { min: 0, max: 0 },
  flags: [
    flag('all', 'bool', 'Remove all unused volumes, not just anonymous ones', 'a'),
    flag('filter', 'filter', 'Provide filter values (e.g. "label=<label>")'),
    flag('force', 'bool', 'Do not prompt for confirmation', 'f'),
  ],
  async run(session, { flags }) {
    const { client, out } = session;
    const given = toFilters(flags.filter);
    if (flags.all && given.all) throw new CliError('conflicting options: cannot specify both --all and --filter all=1');
    const filters = flags.all ? { ...given, all: ['true'] } : given;
    const kind = flags.all ? 'all local volumes' : 'anonymous local volumes';
    const warning = `WARNING! This will remove ${kind} not used by at least one container.`;
    if (!flags.force && !(await confirm(session, warning))) return 0;
    const { VolumesDeleted: deleted, SpaceReclaimed: bytes } = await client.volumes.prune(filters);
    if (deleted?.length) await out.write(`Deleted Volumes:\n${deleted.join('\n')}\n\n`);
    await out.line(`Total reclaimed space: ${humanSize(bytes)}`);
    return 0;
  },
});
