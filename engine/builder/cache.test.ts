import { describe, expect, test } from 'vitest';
import { file } from '../files/node.ts';
import type { ImageStore } from '../image/image-store.ts';
import { MemoryStateStore } from '../stores/memory-state-store.ts';
import { BuildCache } from './cache.ts';
import { CacheKeeper, type CacheUsage } from './cache-usage.ts';
import type { CacheMountRecord } from './run-step.ts';
import { type FakeRun, testBuilder, tree } from './testing/environment.ts';

const root = tree({ 'bin/sh': 'x' });
const context = tree({ app: '12345' });
const TEXT = 'FROM alpine\nCOPY app /\nRUN make\n';

async function start(run: FakeRun = async () => ({ '/made': file('12') })) {
  const builder = await testBuilder(run);
  await builder.addImage('alpine', root);
  const mounts: CacheMountRecord[] = [];
  const { cache } = builder.environment;
  const store = {
    list: () => mounts,
    delete: (id: string) =>
      void mounts.splice(
        mounts.findIndex((each) => each.id === id),
        1,
      ),
  };
  const keeper = new CacheKeeper(cache, store, builder.images);
  const cached = () =>
    builder
      .vertexes()
      .filter(({ lines }) => lines)
      .map((vertex) => vertex.cached ?? false);
  return { builder, cache, keeper, mounts, cached };
}

/** Diff IDs of all layers in the store. */
const layersOf = ({ images }: { images: ImageStore }, cache: BuildCache) =>
  new Set([
    ...images.list({ all: true }).flatMap(({ layers }) => layers.map(({ diffId }) => diffId)),
    ...cache.layers(),
  ]);

describe('the build cache', () => {
  test('keeps layers when the image goes, and the base image too', async () => {
    const { builder, cached } = await start();
    const { image } = await builder.build({ context, dockerfile: TEXT, tags: ['x'] });
    expect(await builder.images.remove('x')).toEqual([{ Untagged: 'x:latest' }, { Deleted: image.id }]);
    await builder.images.remove('alpine');
    await builder.addImage('alpine', root);
    const again = await builder.build({ context, dockerfile: TEXT, tags: ['x'] });
    expect(cached()).toEqual([true, true]);
    expect(again.image.id).toBe(image.id);
  });

  test('keeps what a failed build had finished, and nothing else', async () => {
    const { builder, cache, keeper } = await start(async ({ argv }) =>
      argv.at(-1) === 'bad' ? 1 : { '/o': file('o') },
    );
    await expect(builder.build({ context, dockerfile: 'FROM alpine\nRUN good\nRUN bad\n' })).rejects.toThrow();
    expect(keeper.list().map(({ description }) => description)).toEqual(['RUN good']);
    expect(await builder.images.collectGarbage()).toBe(0);
    const [layer] = cache.layers();
    await keeper.prune();
    expect(layer && builder.images.layer(layer)).toBeUndefined();
  });

  test('a step that is run anew takes the place of the old one, whose layer goes', async () => {
    let count = 0;
    const { builder, cache } = await start(async () => ({ '/o': file(String(count++)) }));
    await builder.build({ context, dockerfile: TEXT });
    const [before] = cache.list();
    const { image } = await builder.build({ context, dockerfile: TEXT, noCache: true });
    expect(cache.list()).toHaveLength(2);
    // The first image still has it; it goes with that.
    const [old] = builder.images.list({ all: true }).filter(({ id, layers }) => id !== image.id && layers.length === 3);
    await builder.images.remove(old?.id ?? '');
    expect(before && builder.images.layer(before.diffId)).toBeUndefined();
    expect(layersOf(builder, cache).size).toBe(3);
  });

  test('runs the same step once, however many stages and builds want it at the same time', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { builder } = await start(async () => {
      await gate;
      return { '/made': file('m') };
    });
    const twice =
      'FROM alpine AS a\nRUN make\nFROM alpine AS b\nRUN make\nFROM scratch\nCOPY --from=a /made /a\nCOPY --from=b /made /b\n';
    const builds = [builder.build({ context, dockerfile: twice }), builder.build({ context, dockerfile: twice })];
    await expect.poll(() => builder.runs.length).toBe(1);
    release();
    await Promise.all(builds);
    expect(builder.runs).toHaveLength(1);
  });

  test('does not wait for another build’s step any more once it is given up', async () => {
    const { builder } = await start(
      ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('killed')))),
    );
    const [first, second] = [new AbortController(), new AbortController()];
    const one = builder
      .build({ context, dockerfile: TEXT, signal: first.signal })
      .catch((error: Error) => error.message);
    await expect.poll(() => builder.runs.length).toBe(1);
    const two = builder
      .build({ context, dockerfile: TEXT, signal: second.signal })
      .catch((error: Error) => error.message);
    await new Promise((resolve) => setTimeout(resolve, 5));
    second.abort();
    expect(await two).toBe('context canceled');
    first.abort();
    expect(await one).toBe('context canceled');
  });

  test('a step whose maker fails is made by the one that waited', async () => {
    let count = 0;
    const { builder } = await start(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ++count === 1 ? 1 : { '/o': file('o') };
    });
    const builds = [builder.build({ context, dockerfile: TEXT }), builder.build({ context, dockerfile: TEXT })];
    expect((await Promise.allSettled(builds)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('is read back by the next engine, without records whose layers are lost', async () => {
    const { builder, cache } = await start();
    await builder.build({ context, dockerfile: TEXT });
    const state = new MemoryStateStore();
    for (const record of cache.list()) await state.set(`build-cache/${record.id}`, record);
    await state.set('build-cache/lost', { ...cache.list()[0], id: 'lost', diffId: `sha256:${'0'.repeat(64)}` });
    const again = await BuildCache.open(state, builder.images);
    expect(again.list()).toEqual(cache.list());
  });
});

describe('usage', () => {
  const names = (list: readonly CacheUsage[]) =>
    list.map(({ description, shared, inUse, bytes, usageCount }) => ({
      description,
      shared,
      inUse,
      bytes,
      usageCount,
    }));

  test('tells what an image shares, and how often it was used', async () => {
    const { builder, keeper, mounts } = await start();
    await builder.build({ context, dockerfile: TEXT, tags: ['x'] });
    await builder.build({ context, dockerfile: TEXT, tags: ['x'] });
    mounts.push({
      id: 'm',
      description: 'cached mount /c',
      created: '2020',
      lastUsed: '2020',
      usageCount: 1,
      bytes: 7,
      inUse: false,
    });
    const made = { shared: true, inUse: false, usageCount: 2 };
    expect(names(keeper.list())).toEqual([
      { ...made, description: 'RUN make', bytes: 2 },
      { ...made, description: 'COPY app /', bytes: 5 },
      { description: 'cached mount /c', shared: false, inUse: false, bytes: 7, usageCount: 1 },
    ]);
    const [run, copy] = keeper.list();
    expect(run?.parents).toEqual([copy?.id]);
    await builder.images.remove('x');
    expect(keeper.list().map(({ shared }) => shared)).toEqual([false, false, false]);
  });

  test('prunes what no image shares; with all, everything; never what is in use', async () => {
    const { builder, cache, keeper, mounts } = await start();
    await builder.build({ context, dockerfile: TEXT, tags: ['x'] });
    mounts.push({
      id: 'm',
      description: 'cached mount /c',
      created: '2020',
      lastUsed: '2020',
      usageCount: 1,
      bytes: 7,
      inUse: false,
    });
    expect(await keeper.prune()).toEqual({ ids: ['m'], bytes: 7 });
    const ids = keeper.list().map(({ id }) => id);
    const release = cache.use(ids[0] ?? '');
    // The parent of what is in use stays, too.
    expect(await keeper.prune({ all: true })).toEqual({ ids: [], bytes: 0 });
    release();
    // Shared with the image, so nothing is freed; and what stands on another goes first.
    expect(await keeper.prune({ all: true })).toEqual({ ids, bytes: 0 });
    expect(keeper.list()).toEqual([]);
    await builder.images.remove('x');
    await builder.build({ context, dockerfile: TEXT, tags: ['x'] });
    await builder.images.remove('x');
    expect((await keeper.prune()).bytes).toBe(7);
  });

  test('prunes by what is asked for, and down to what may stay', async () => {
    const { builder, keeper } = await start(async ({ argv }) => ({ '/o': file(argv.at(-1) ?? '') }));
    const run = (text: string) => builder.build({ context, dockerfile: `FROM alpine\nRUN ${text}\n`, tags: ['x'] });
    for (const text of ['10 bytes..', '20 bytes............', '5..']) await run(text);
    await builder.images.remove('x');
    for (const image of builder.images.list())
      if (builder.images.names(image.id).tags.length === 0) await builder.images.remove(image.id);
    await keeper.prune({ matches: [({ description }) => description.includes('10')] });
    expect(keeper.list().map(({ bytes }) => bytes)).toEqual([3, 20]);
    await keeper.prune({ keepBytes: 23 });
    expect(keeper.list()).toHaveLength(2);
    await keeper.prune({ keepBytes: 22 });
    expect(keeper.list().map(({ bytes }) => bytes)).toEqual([3]);
  });
});
