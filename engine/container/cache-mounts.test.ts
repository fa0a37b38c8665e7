import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '../files/memory-file-system.ts';
import { directory, file } from '../files/node.ts';
import { type CacheMountRequest, CacheMounts } from './cache-mounts.ts';

const request = (over: Partial<CacheMountRequest> = {}): CacheMountRequest => ({
  id: 'a',
  tree: directory({ seed: file('12') }),
  sharing: 'shared',
  description: 'a cache',
  signal: undefined,
  ...over,
});

function caches() {
  const volumes = new MemoryFileSystem();
  let time = 0;
  return { volumes, mounts: new CacheMounts(volumes, () => (time += 1_000_000)) };
}

describe('CacheMounts', () => {
  it('shared: those who have it at the same time have the same directory', async () => {
    const { mounts } = caches();
    const [one, two] = [await mounts.acquire(request()), await mounts.acquire(request())];
    expect(one.path).toBe(two.path);
    expect((await mounts.acquire(request({ id: 'b' }))).path).not.toBe(one.path);
  });

  it('private: another directory while it is in use, and one that is there otherwise', async () => {
    const { mounts } = caches();
    const one = await mounts.acquire(request({ sharing: 'private' }));
    const two = await mounts.acquire(request({ sharing: 'private' }));
    expect(two.path).not.toBe(one.path);
    one.release();
    expect((await mounts.acquire(request({ sharing: 'private' }))).path).toBe(one.path);
    // Nobody shares with one that wants it alone.
    expect([one.path, two.path]).not.toContain((await mounts.acquire(request())).path);
  });

  it('locked: waits until it is released', async () => {
    const { mounts } = caches();
    const one = await mounts.acquire(request({ sharing: 'locked' }));
    let got: string | undefined;
    const two = mounts.acquire(request({ sharing: 'locked' })).then(({ path }) => {
      got = path;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(got).toBeUndefined();
    one.release();
    one.release();
    await two;
    expect(got).toBe(one.path);
  });

  it('locked: is not waited for any more once the build is given up', async () => {
    const { mounts } = caches();
    await mounts.acquire(request({ sharing: 'locked' }));
    const stop = new AbortController();
    const two = mounts.acquire(request({ sharing: 'locked', signal: stop.signal }));
    stop.abort(new Error('enough'));
    await expect(two).rejects.toThrow('enough');
  });

  it('lists and deletes what nobody uses; a name is never given again', async () => {
    const { mounts, volumes } = caches();
    const one = await mounts.acquire(request());
    const [record] = mounts.list();
    expect(record).toMatchObject({
      description: 'a cache',
      bytes: 2,
      inUse: true,
      usageCount: 1,
      created: '1970-01-01T00:00:01Z',
      lastUsed: '1970-01-01T00:00:02Z',
    });
    mounts.delete(record?.id ?? '');
    expect(mounts.list()).toHaveLength(1);
    one.release();
    mounts.delete(record?.id ?? '');
    expect(mounts.list()).toEqual([]);
    expect(volumes.list('/.build-cache')).toEqual([]);
    expect((await mounts.acquire(request())).path).not.toBe(one.path);
  });
});
