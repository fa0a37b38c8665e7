import type { HistoryItem } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { type Row, renderListing } from '../format/listing.ts';
import { ago, humanSize, rfc3339 } from '../format/quantity.ts';
import { ellipsis, shortId } from '../format/text.ts';
import { LIST_FORMAT_USAGE } from '../options/format-usage.ts';
import { platformFlag } from '../options/platform.ts';

const CREATED_BY_WIDTH = 45;

export const history = defineCommand({
  summary: 'Show the history of an image',
  usage: 'IMAGE',
  aliases: 'docker image history, docker history',
  arity: { min: 1, max: 1 },
  flags: [
    flag('format', 'string', LIST_FORMAT_USAGE),
    flag('human', 'bool', 'Print sizes and dates in human readable format', 'H', true),
    flag('no-trunc', 'bool', "Don't truncate output"),
    flag(
      'platform',
      'string',
      'Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
    flag('quiet', 'bool', 'Only show image IDs', 'q'),
  ],
  async run({ client, out }, { flags, args }) {
    const { platform } = flags;
    const items = await client.images.history(args[0] ?? '', platform ? platformFlag(platform) : undefined);
    const created = flags.human ? '{{.CreatedSince}}' : '{{.CreatedAt}}';
    const listing = {
      format: flags.format,
      table: `{{.ID}}\t${created}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`,
      headers: HEADERS,
      rows: items.map((item) => historyRow(item, { short: !flags['no-trunc'], human: flags.human })),
      type: '*image.historyContext',
    };
    await out.write(renderListing(flags.quiet && !flags.format ? { ...listing, quiet: '{{.ID}}' } : listing));
    return 0;
  },
});

const HEADERS: Row = {
  ID: 'IMAGE',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  CreatedBy: 'CREATED BY',
  Size: 'SIZE',
  Comment: 'COMMENT',
};

function historyRow(item: HistoryItem, { short, human }: { readonly short: boolean; readonly human: boolean }): Row {
  const by = item.CreatedBy.replaceAll('\t', ' ');
  // Images that Docker imported long ago have no date.
  const dated = item.Created > 0;
  return {
    ID: short ? shortId(item.Id) : item.Id,
    CreatedAt: dated ? rfc3339(item.Created) : '',
    CreatedSince: human ? (dated ? ago(item.Created) : 'N/A') : rfc3339(item.Created),
    CreatedBy: short ? ellipsis(by, CREATED_BY_WIDTH) : by,
    Size: human ? humanSize(item.Size, 3) : String(item.Size),
    Comment: item.Comment,
  };
}
