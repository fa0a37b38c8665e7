import type { Network } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { labelList, labelOf, labelTitle } from '../format/labels.ts';
import { type Row, renderListing } from '../format/listing.ts';
import { natural } from '../format/natural.ts';
import { goTimestamp } from '../format/quantity.ts';
import { shortId } from '../format/text.ts';
import { toFilters } from '../options/filters.ts';
import { LIST_FORMAT_USAGE } from '../options/format-usage.ts';

export const networkLs = defineCommand({
  summary: 'List networks',
  aliases: 'docker network ls, docker network list',
  arity: { min: 0, max: 0 },
  flags: [
    flag('filter', 'filter', 'Provide filter values (e.g. "driver=bridge")', 'f'),
    flag('format', 'string', LIST_FORMAT_USAGE),
    flag('no-trunc', 'bool', 'Do not truncate the output'),
    flag('quiet', 'bool', 'Only display network IDs', 'q'),
  ],
  async run({ client, out }, { flags }) {
    const networks = await client.networks.list(toFilters(flags.filter));
    const listing = {
      format: flags.format,
      table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}',
      headers: HEADERS,
      rows: networks.toSorted((a, b) => natural(a.Name, b.Name)).map((each) => networkRow(each, !flags['no-trunc'])),
      type: '*formatter.networkContext',
    };
    await out.write(renderListing(flags.quiet && !flags.format ? { ...listing, quiet: '{{.ID}}' } : listing));
    return 0;
  },
});

const HEADERS: Row = {
  CreatedAt: 'CREATED AT',
  Driver: 'DRIVER',
  ID: 'NETWORK ID',
  IPv4: 'IPV4',
  IPv6: 'IPV6',
  Internal: 'INTERNAL',
  Labels: 'LABELS',
  Label: labelTitle,
  Name: 'NAME',
  Scope: 'SCOPE',
};

function networkRow(network: Network, short: boolean): Row {
  const labels = network.Labels ?? {};
  return {
    CreatedAt: goTimestamp(network.Created),
    Driver: network.Driver,
    ID: short ? shortId(network.Id) : network.Id,
    IPv4: String(network.EnableIPv4 ?? false),
    IPv6: String(network.EnableIPv6),
    Internal: String(network.Internal),
    Labels: labelList(labels),
    Label: labelOf.bind(undefined, labels),
    Name: network.Name,
    Scope: network.Scope,
  };
}
