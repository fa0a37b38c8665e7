import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { type Row, renderListing } from '../format/listing.ts';
import { toFilters } from '../options/filters.ts';

/** Characters of a description that the table shows. */
const SHORT = 45;

export const search = defineCommand({
  summary: 'Search Docker Hub for images',
  usage: 'TERM',
  arity: { min: 1, max: 1 },
  flags: [
    flag('filter', 'filter', 'Filter output based on conditions provided', 'f'),
    flag('format', 'string', 'Pretty-print search using a Go template'),
    flag('limit', 'int', 'Max number of search results'),
    flag('no-trunc', 'bool', "Don't truncate output"),
  ],
  async run({ client, out }, { flags, args }) {
    const found = await client.images.search(args[0] ?? '', {
      filters: toFilters(flags.filter),
      ...(flags.limit ? { limit: flags.limit } : {}),
    });
    const isJson = ['json', '{{json .}}'].includes(flags.format);
    const rows = found.map(
      ({ name, description, star_count, is_official }): Row => ({
        Name: name,
        Description: flags['no-trunc'] ? description : shortened(description.replace(/[\n\r]/g, ' ')),
        StarCount: String(star_count),
        IsOfficial: isJson ? String(is_official) : is_official ? '[OK]' : '',
      }),
    );
    await out.write(
      renderListing({
        format: flags.format,
        table: '{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}',
        headers: { Name: 'NAME', Description: 'DESCRIPTION', StarCount: 'STARS', IsOfficial: 'OFFICIAL' },
        rows,
        type: '*registry.searchContext',
      }),
    );
    return 0;
  },
});

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= SHORT ? text : `${characters.slice(0, SHORT - 1).join('')}…`;
}
