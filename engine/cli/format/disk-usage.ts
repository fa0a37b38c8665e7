import type { BuildCacheRecord, ContainerSummary, DiskUsage, ImageSummary, Volume } from '../../api/types.ts';
import type { Row } from './listing.ts';
import { humanSize } from './quantity.ts';

/** Bytes of the build cache that nothing else holds. */
export const cacheSize = (records: readonly BuildCacheRecord[]): number =>
  sum(records.filter(({ Shared }) => !Shared).map(({ Size }) => Size));

/** The four rows of `docker system df`, counted as Docker's client counts them. */
export function usageRows(usage: DiskUsage): readonly Row[] {
  return [
    imagesRow(usage.Images ?? [], usage.LayersSize),
    containersRow(usage.Containers ?? []),
    volumesRow(usage.Volumes ?? []),
    cacheRow(usage.BuildCache ?? []),
  ];
}

function imagesRow(images: readonly ImageSummary[], total: number): Row {
  const active = images.filter(({ Containers }) => Containers !== 0);
  const known = active.filter(({ Size, SharedSize }) => Size !== -1 && SharedSize !== -1);
  const used = sum(known.map(({ Size, SharedSize }) => Size - SharedSize));
  return row('Images', images.length, active.length, total, share(total - used, total));
}

function containersRow(containers: readonly ContainerSummary[]): Row {
  const isActive = ({ State }: ContainerSummary): boolean => /running|paused|restarting/.test(State);
  const active = containers.filter(isActive);
  const written = (some: readonly ContainerSummary[]): number => sum(some.map(({ SizeRw = 0 }) => SizeRw));
  const total = written(containers);
  return row('Containers', containers.length, active.length, total, share(total - written(active), total));
}

function volumesRow(volumes: readonly Volume[]): Row {
  const active = volumes.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) > 0);
  const size = (some: readonly Volume[]): number => sum(some.map(({ UsageData }) => Math.max(UsageData?.Size ?? 0, 0)));
  const total = size(volumes);
  return row('Local Volumes', volumes.length, active.length, total, share(total - size(active), total));
}

function cacheRow(records: readonly BuildCacheRecord[]): Row {
  const active = records.filter(({ InUse }) => InUse);
  const total = cacheSize(records);
  return row('Build Cache', records.length, active.length, total, humanSize(total - cacheSize(active)));
}

const row = (Type: string, count: number, active: number, size: number, Reclaimable: string): Row => ({
  Type,
  TotalCount: String(count),
  Active: String(active),
  Size: humanSize(size),
  Reclaimable,
});

const share = (part: number, total: number): string =>
  total > 0 ? `${humanSize(part)} (${Math.floor((part * 100) / total)}%)` : humanSize(part);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
