import type { CacheUsage, PruneOptions } from '../../builder/cache-usage.ts';
import { parseDuration, rfc3339Nano } from '../../container/clock.ts';
import type { BuildCacheRecord, Filters } from '../types.ts';
import { badRequest, notImplemented } from './http-error.ts';
import { filters, flag, integer } from './query.ts';

type Match = (usage: CacheUsage) => boolean;

/** `until` and what BuildKit's filters look at (Engine API, "Delete builder cache"). */
const FILTERS: Readonly<Record<string, (value: string, now: number) => Match>> = {
  until: unusedFor,
  'unused-for': unusedFor,
  id: (value) => {
    const pattern = regularExpression(value);
    return (usage) => pattern.test(usage.id);
  },
  parent: (value) => (usage) => usage.parents.includes(value),
  type: (value) => (usage) => usage.type === value,
  description: (value) => (usage) => usage.description === value,
  inuse: (value) => (usage) => usage.inUse === isTrue(value),
  shared: (value) => (usage) => usage.shared === isTrue(value),
  private: (value) => (usage) => usage.shared !== isTrue(value),
};

/**
 * `POST /build/prune`'s query as what to prune.
 * @param now microseconds since the epoch
 * @throws HttpError in dockerd's words
 */
export function pruneOptions(query: URLSearchParams, now: number): PruneOptions {
  if (integer(query, 'min-free-space'))
    throw notImplemented('min-free-space: how much memory there is is not known, so it');
  const limits = ['keep-storage', 'reserved-space', 'max-used-space'].map((name) => integer(query, name) ?? 0);
  return { all: flag(query, 'all'), matches: matchers(filters(query), now), keepBytes: Math.max(...limits) };
}

function matchers(given: Filters, now: number): readonly Match[] {
  if (given.until?.length && given['unused-for']?.length) {
    throw failed('conflicting filters: "until" and "unused-for"');
  }
  return Object.entries(given).map(([name, values]) => {
    const matcher = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (!matcher) throw failed(`Invalid filter '${name}'`);
    if (values.length > 1) throw failed('filters expect only one value');
    return matcher(values[0] ?? '', now);
  });
}

function unusedFor(value: string, now: number): Match {
  const duration = parseDuration(value);
  if (duration === undefined) {
    throw failed(`"until" filter expects a duration (e.g., '24h'): time: invalid duration ${JSON.stringify(value)}`);
  }
  const until = rfc3339Nano(now - duration);
  return (usage) => Date.parse(usage.lastUsed) <= Date.parse(until);
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw failed(`error parsing regexp: ${text}`);
  }
}

function isTrue(value: string): boolean {
  return !['0', 'false', 'False', 'FALSE', 'f', 'F'].includes(value);
}

function failed(message: string) {
  return badRequest(`failed to prune build cache: ${message}`);
}

/** An entry of `GET /system/df`. */
export function cacheRecord(usage: CacheUsage): BuildCacheRecord {
  const { id, parents, type, description, inUse, shared, bytes, created, lastUsed, usageCount } = usage;
  return {
    ID: id,
    ...(parents.length > 0 && { Parents: parents }),
    Type: type,
    Description: description,
    InUse: inUse,
    Shared: shared,
    Size: bytes,
    CreatedAt: created,
    LastUsedAt: lastUsed,
    UsageCount: usageCount,
  };
}
