import type { Volume } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { labelList, labelOf, labelTitle } from '../format/labels.ts';
import { type Row, renderListing } from '../format/listing.ts';
import { humanSize } from '../format/quantity.ts';
import { toFilters } from '../options/filters.ts';
import { LIST_FORMAT_USAGE } from '../options/format-usage.ts';

export const volumeLs = defineCommand({
  summary: 'List volumes',
  aliases: 'docker volume ls, docker volume list',
  arity: { min: 0, max: 0 },
  flags: [
    flag('cluster', 'bool', 'Display only cluster volumes, and use cluster volume list formatting'),
    flag('filter', 'filter', 'Provide filter values (e.g. "dangling=true")', 'f'),
    flag('format', 'string', LIST_FORMAT_USAGE),
    flag('quiet', 'bool', 'Only display volume names', 'q'),
  ],
  async run({ client, out }, { flags }) {
    if (flags.cluster) throw new CliError('--cluster lists cluster volumes, and this lab has no Swarm');
    const volumes = await client.volumes.list(toFilters(flags.filter));
    const listing = {
      format: flags.format,
      table: '{{.Driver}}\t{{.Name}}',
      headers: HEADERS,
      rows: volumes.toSorted((a, b) => (a.Name < b.Name ? -1 : 1)).map(volumeRow),
      type: '*formatter.volumeContext',
    };
    await out.write(renderListing(flags.quiet && !flags.format ? { ...listing, quiet: '{{.Name}}' } : listing));
    return 0;
  },
});

export const HEADERS: Row = {
  Availability: 'AVAILABILITY',
  Driver: 'DRIVER',
  Group: 'GROUP',
  Labels: 'LABELS',
  Label: labelTitle,
  Links: 'LINKS',
  Mountpoint: 'MOUNTPOINT',
  Name: 'VOLUME NAME',
  Scope: 'SCOPE',
  Size: 'SIZE',
  Status: 'STATUS',
};

export function volumeRow(volume: Volume): Row {
  const labels = volume.Labels ?? {};
  const { UsageData: usage } = volume;
  return {
    Availability: 'N/A',
    Driver: volume.Driver,
    Group: 'N/A',
    Labels: labelList(labels),
    Label: labelOf.bind(undefined, labels),
    Links: usage ? String(usage.RefCount) : 'N/A',
    Mountpoint: volume.Mountpoint,
    Name: volume.Name,
    Scope: volume.Scope,
    Size: usage ? humanSize(usage.Size) : 'N/A',
    Status: 'N/A',
  };
}
