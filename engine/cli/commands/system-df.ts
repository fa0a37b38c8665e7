import type { BuildCacheRecord, DiskUsage } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { cacheSize, usageRows } from '../format/disk-usage.ts';
import { type Row, renderListing } from '../format/listing.ts';
import { ago, humanSize } from '../format/quantity.ts';
import { shortId } from '../format/text.ts';
import { LIST_FORMAT_USAGE } from '../options/format-usage.ts';
import { HEADERS as IMAGE_HEADERS, imageRows } from './images.ts';
import { HEADERS as CONTAINER_HEADERS, containerRow } from './ps.ts';
import { HEADERS as VOLUME_HEADERS, volumeRow } from './volume-ls.ts';

export const systemDf = defineCommand({
  summary: 'Show docker disk usage',
  arity: { min: 0, max: 0 },
  flags: [
    flag('format', 'string', LIST_FORMAT_USAGE),
    flag('verbose', 'bool', 'Show detailed information on space usage', 'v'),
  ],
  async run({ client, out }, { flags }) {
    if (flags.verbose && flags.format)
      throw new CliError('the verbose form has no --format in this lab: leave one out');
    const usage = await client.system.diskUsage();
    if (flags.verbose) await out.write(details(usage));
    else {
      const table = '{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}';
      const type = '*formatter.diskUsageImagesContext';
      await out.write(renderListing({ format: flags.format, table, headers: HEADERS, rows: usageRows(usage), type }));
    }
    return 0;
  },
});

const HEADERS: Row = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
};

/** `-v`: every image, container, volume and build cache record. */
function details({ Images, Containers, Volumes, BuildCache }: DiskUsage): string {
  const images = (Images ?? []).flatMap((image) => imageRows(image, { short: true, digests: false }));
  const containers = (Containers ?? []).map((container) => ({
    ...containerRow(container, true),
    // What it has written, without its image.
    Size: humanSize(container.SizeRw ?? 0, 3),
  }));
  const records = [...(BuildCache ?? [])].sort(byLastUse);
  const table = (columns: readonly string[], headers: Row, rows: readonly Row[], type: string): string =>
    renderListing({ format: '', table: columns.map((name) => `{{.${name}}}`).join('\t'), headers, rows, type });
  return [
    `Images space usage:\n\n${table(IMAGE_COLUMNS, IMAGE_HEADERS, images, '*formatter.imageContext')}`,
    `Containers space usage:\n\n${table(CONTAINER_COLUMNS, CONTAINER_HEADERS, containers, '*formatter.ContainerContext')}`,
    `Local Volumes space usage:\n\n${table(['Name', 'Links', 'Size'], VOLUME_HEADERS, (Volumes ?? []).map(volumeRow), '*formatter.volumeContext')}`,
    `Build cache usage: ${humanSize(cacheSize(records))}\n\n${table(CACHE_COLUMNS, CACHE_HEADERS, records.map(cacheRow), '*formatter.buildCacheContext')}`,
  ].join('\n');
}

const IMAGE_COLUMNS = ['Repository', 'Tag', 'ID', 'CreatedSince', 'Size', 'SharedSize', 'UniqueSize', 'Containers'];
const CONTAINER_COLUMNS = ['ID', 'Image', 'Command', 'LocalVolumes', 'Size', 'RunningFor', 'Status', 'Names'];
const CACHE_COLUMNS = ['ID', 'CacheType', 'Size', 'CreatedSince', 'LastUsedSince', 'UsageCount', 'Shared'];
const CACHE_HEADERS: Row = {
  ID: 'CACHE ID',
  CacheType: 'CACHE TYPE',
  Size: 'SIZE',
  CreatedSince: 'CREATED',
  LastUsedSince: 'LAST USED',
  UsageCount: 'USAGE',
  Shared: 'SHARED',
};

function cacheRow({ ID, Type, Size, CreatedAt, LastUsedAt, UsageCount, Shared }: BuildCacheRecord): Row {
  return {
    ID: shortId(ID),
    CacheType: Type,
    Size: humanSize(Size, 3),
    CreatedSince: ago(Date.parse(CreatedAt) / 1000),
    LastUsedSince: LastUsedAt ? ago(Date.parse(LastUsedAt) / 1000) : '',
    UsageCount: String(UsageCount),
    Shared: String(Shared),
  };
}

/** Longest not used first, as Docker's client lists them. */
function byLastUse(a: BuildCacheRecord, b: BuildCacheRecord): number {
  const [first, second] = [a, b].map(({ ID, LastUsedAt }) => `${LastUsedAt ?? ''} ${ID}`);
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
