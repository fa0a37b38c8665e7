import { expect, it } from 'vitest';
import { fakeEngine, runCli } from '../testing/fake-cli.ts';

const image = (id: string, Containers: number, Size: number, SharedSize: number) => ({
  Id: `sha256:${id.repeat(64)}`,
  RepoTags: [`${id}:latest`],
  RepoDigests: [],
  Created: 0,
  Containers,
  Size,
  SharedSize,
});
const record = (ID: string, Size: number, LastUsedAt: string, more: object) => ({
  ID: ID.repeat(25),
  Type: 'regular',
  Size,
  CreatedAt: '2026-01-01T00:00:00Z',
  LastUsedAt,
  UsageCount: 2,
  InUse: false,
  Shared: false,
  ...more,
});
const usage = {
  LayersSize: 3000,
  Images: [image('a', 1, 2000, 500), image('b', 0, 1500, 500)],
  Containers: [
    {
      Id: 'c'.repeat(64),
      Names: ['/one'],
      Image: 'a',
      ImageID: 'sha256:0',
      Command: 'sh',
      Created: 0,
      State: 'running',
      SizeRw: 70,
    },
    {
      Id: 'd'.repeat(64),
      Names: ['/two'],
      Image: 'a',
      ImageID: 'sha256:0',
      Command: 'sh',
      Created: 0,
      State: 'exited',
      SizeRw: 30,
    },
  ],
  Volumes: [
    { Name: 'used', Driver: 'local', UsageData: { RefCount: 1, Size: 10 } },
    { Name: 'free', Driver: 'local', UsageData: { RefCount: 0, Size: 30 } },
  ],
  BuildCache: [
    record('f', 5, '2026-01-03T00:00:00Z', {}),
    record('e', 7, '2026-01-02T00:00:00Z', { InUse: true }),
    record('d', 100, '2026-01-01T00:00:00Z', { Shared: true }),
  ],
};
const engine = fakeEngine(({ path }) => (path === '/system/df' ? Response.json(usage) : undefined));

it('docker system df counts what is used and what could go', async () => {
  expect((await runCli(['system', 'df'], engine)).stdout).toBe(
    [
      'TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE',
      'Images          2         1         3kB       1.5kB (50%)',
      'Containers      2         1         100B      30B (30%)',
      'Local Volumes   2         1         40B       30B (75%)',
      'Build Cache     3         1         12B       5B',
      '',
    ].join('\n'),
  );
});

it('docker system df -v lists everything, the build cache from the longest unused on', async () => {
  const { stdout } = await runCli(['system', 'df', '-v'], engine);
  expect(stdout).toMatch(/^dddddddddddd +a +"sh" +0 +30B /m);
  expect(stdout).toMatch(/^used +1 +10B$/m);
  expect(stdout).toContain('Build cache usage: 12B\n');
  const cache = stdout.slice(stdout.indexOf('CACHE ID'));
  expect(cache.match(/^([def])\1{11} /gm)).toEqual(['dddddddddddd ', 'eeeeeeeeeeee ', 'ffffffffffff ']);
});

it('docker builder prune asks, and tells what went', async () => {
  const pruned = fakeEngine(({ path }) =>
    path.startsWith('/build/prune') ? Response.json({ CachesDeleted: ['x1', 'x2'], SpaceReclaimed: 1500 }) : undefined,
  );
  const refused = await runCli(['builder', 'prune'], pruned, { stdin: 'n\n' });
  expect([refused.code, pruned.seen]).toEqual([0, []]);
  const { stdout } = await runCli(['builder', 'prune', '-a', '--keep-storage', '1kb'], pruned, { stdin: 'y\n' });
  expect(stdout).toBe(
    'WARNING! This will remove all build cache. Are you sure you want to continue? [y/N] Deleted build cache objects:\nx1\nx2\n\nTotal reclaimed space: 1.5kB\n',
  );
  expect(pruned.seen[0]?.path).toBe('/build/prune?all=1&keep-storage=1024');
});
