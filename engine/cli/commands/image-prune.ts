import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { flag } from '../flags/flag.ts';
import { humanSize } from '../format/quantity.ts';
import { toFilters } from '../options/filters.ts';

export const imagePrune = defineCommand({
  summary: 'Remove unused images',
  arity: { min: 0, max: 0 },
  flags: [
    flag('all', 'bool', 'Remove all unused images, not just dangling ones', 'a'),
    flag('filter', 'filter', 'Provide filter values (e.g. "until=<timestamp>")'),
    flag('force', 'bool', 'Do not prompt for confirmation', 'f'),
  ],
  async run(session, { flags }) {
    const { client, out } = session;
    const kind = flags.all ? 'images without at least one container associated to them' : 'dangling images';
    if (!flags.force && !(await confirm(session, `WARNING! This will remove all ${kind}.`))) return 0;
    const { ImagesDeleted: deleted, SpaceReclaimed: bytes } = await client.images.prune({
      ...toFilters(flags.filter),
      dangling: [String(!flags.all)],
    });
    if (deleted?.length) {
      const lines = deleted.map((item) =>
        'Deleted' in item ? `deleted: ${item.Deleted}` : `untagged: ${item.Untagged}`,
      );
      await out.write(`Deleted Images:\n${lines.join('\n')}\n\n`);
    }
    await out.line(`Total reclaimed space: ${humanSize(bytes)}`);
    return 0;
  },
});
