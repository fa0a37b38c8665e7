import { describe, expect, it } from 'vitest';
import type { CacheUsage } from '../../builder/cache-usage.ts';
import { testEngine } from '../../container/testing/test-engine.ts';
import { pruneOptions } from './build-prune.ts';

const usage: CacheUsage = {
  id: 'abc1',
  type: 'regular',
  description: 'RUN make',
  parents: ['def2'],
  created: '2026-01-01T00:00:00Z',
  lastUsed: '2026-01-01T00:00:00Z',
  usageCount: 1,
  bytes: 5,
  inUse: false,
  shared: true,
};
const now = Date.parse('2026-01-01T12:00:00Z') * 1000;
const options = (query: Readonly<Record<string, string>>) => pruneOptions(new URLSearchParams(query), now);
const matches = (filters: object) =>
  options({ filters: JSON.stringify(filters) }).matches?.every((match) => match(usage));

describe('pruneOptions', () => {
  it('reads what may stay, and whether all goes', () => {
    expect(options({})).toMatchObject({ all: false, keepBytes: 0 });
    expect(options({ all: '1', 'keep-storage': '5', 'reserved-space': '9' })).toMatchObject({
      all: true,
      keepBytes: 9,
    });
  });

  it.each<[object, boolean]>([
    [{}, true],
    [{ until: { '11h': true } }, true],
    [{ until: ['13h'] }, false],
    [{ 'unused-for': ['12h'] }, true],
    [{ id: ['^ab'] }, true],
    [{ id: ['x'] }, false],
    [{ type: ['regular'], shared: ['true'] }, true],
    [{ type: ['exec.cachemount'] }, false],
    [{ private: ['1'] }, false],
    [{ inuse: ['false'], parent: ['def2'], description: ['RUN make'] }, true],
  ])('%j: %s', (filters, expected) => {
    expect(matches(filters)).toBe(expected);
  });

  // In dockerd's words.
  it.each<[object, string]>([
    [{ foo: ['x'] }, "failed to prune build cache: Invalid filter 'foo'"],
    [{ type: ['a', 'b'] }, 'failed to prune build cache: filters expect only one value'],
    [
      { until: ['x'] },
      `failed to prune build cache: "until" filter expects a duration (e.g., '24h'): time: invalid duration "x"`,
    ],
    [
      { until: ['1h'], 'unused-for': ['1h'] },
      'failed to prune build cache: conflicting filters: "until" and "unused-for"',
    ],
    [{ id: ['('] }, 'failed to prune build cache: error parsing regexp: ('],
  ])('%j is refused', (filters, message) => {
    expect(() => matches(filters)).toThrow(message);
  });
});

describe('the routes', () => {
  it('prune, tell of it, and list what there is', async () => {
    const engine = await testEngine({
      buildCache: { list: () => [usage], prune: async () => ({ ids: ['abc1'], bytes: 5 }) },
    });
    expect(await engine.json(200, 'POST', '/build/prune')).toEqual({ CachesDeleted: ['abc1'], SpaceReclaimed: 5 });
    expect(engine.events.past().at(-1)).toMatchObject({
      Type: 'builder',
      Action: 'prune',
      Actor: { Attributes: { reclaimed: '5' } },
    });
    expect(await engine.json(200, 'GET', '/system/df?type=build-cache')).toMatchObject({
      Images: null,
      BuildCache: [
        {
          ID: 'abc1',
          Parents: ['def2'],
          Type: 'regular',
          Description: 'RUN make',
          InUse: false,
          Shared: true,
          Size: 5,
          CreatedAt: usage.created,
          LastUsedAt: usage.lastUsed,
          UsageCount: 1,
        },
      ],
    });
    expect(await engine.json(400, 'POST', '/build/prune?filters={"x":["y"]}')).toMatchObject({
      message: expect.stringMatching('Invalid filter'),
    });
  });
});
