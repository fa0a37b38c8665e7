import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../image/digest.ts';
import { randomImage } from '../../../image/testing/random-image.ts';
import { memoryImageStore } from '../../../image/testing/stores.ts';
import type { BlobStore } from '../../../stores/blob-store.ts';
import { MemoryBlobStore } from '../../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../../stores/memory-state-store.ts';
import type { StateStore } from '../../../stores/state-store.ts';
import { FileBlobStore } from './file-blob-store.ts';
import { FileStateStore } from './file-state-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-stores-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['memory', () => new MemoryBlobStore()],
  ['files', () => new FileBlobStore(join(folder, 'blobs'))],
] as [string, () => BlobStore][])('blobs in %s', (_, make) => {
  it('are there from put to delete', async () => {
    const blobs = make();
    const bytes = Uint8Array.of(1, 2, 3);
    const digest = await sha256(bytes);
    expect(await blobs.list()).toEqual([]);
    expect([await blobs.has(digest), await blobs.get(digest)]).toEqual([false, undefined]);
    await Promise.all([blobs.put(digest, bytes), blobs.put(digest, bytes)]);
    expect(await blobs.has(digest)).toBe(true);
    expect(await blobs.get(digest)).toEqual(bytes);
    expect(await blobs.list()).toEqual([digest]);
    await blobs.delete(digest);
    await blobs.delete(digest);
    expect(await blobs.list()).toEqual([]);
  });
});

describe.each([
  ['memory', () => new MemoryStateStore()],
  ['files', () => new FileStateStore(join(folder, 'state'))],
] as [string, () => StateStore][])('state in %s', (_, make) => {
  it('is replaced whole and listed by prefix', async () => {
    const state = make();
    expect(await state.get('a')).toBeUndefined();
    expect(await state.list('')).toEqual([]);
    const value = { n: 1, list: ['ü'] };
    await state.set('images/b', value);
    value.n = 2;
    await state.set('images/a', null);
    await state.set('images', true);
    expect(await state.get('images/b')).toEqual({ n: 1, list: ['ü'] });
    expect(await state.list('images/')).toEqual(['images/a', 'images/b']);
    expect(await state.list('')).toEqual(['images', 'images/a', 'images/b']);
    await state.set('images/a', 'new');
    expect(await state.get('images/a')).toBe('new');
    await state.delete('images/a');
    await state.delete('images/a');
    expect(await state.list('images/')).toEqual(['images/b']);
  });

  it('shows one of the values that were written at once', async () => {
    const state = make();
    await Promise.all(Array.from({ length: 20 }, (_, i) => state.set('k', { i, pad: 'x'.repeat(i * 1000) })));
    const { i, pad } = (await state.get('k')) as { i: number; pad: string };
    expect(pad).toHaveLength(i * 1000);
  });
});

it('keeps no key outside its folder', async () => {
  const state = new FileStateStore(join(folder, 'state'));
  for (const key of ['../x', 'a/../../x', '/x', 'a//b', ''])
    await expect(state.set(key, 1)).rejects.toThrow(RangeError);
  expect(await readdir(folder)).toEqual([]);
});

it('does not take what an interrupted write left for a blob or a document', async () => {
  const blobs = new FileBlobStore(folder);
  const state = new FileStateStore(folder);
  const digest = await sha256(Uint8Array.of(1));
  await blobs.put(digest, Uint8Array.of(1));
  await state.set('k', 1);
  await writeFile(join(folder, 'sha256', `${digest.slice(7)}.0.tmp`), 'half');
  await writeFile(join(folder, 'k.json.0.tmp'), 'half');
  expect(await blobs.list()).toEqual([digest]);
  expect(await state.list('')).toEqual(['k']);
});

it('carries an image store over to another process', async () => {
  const open = () =>
    memoryImageStore({ blobs: new FileBlobStore(folder), state: new FileStateStore(join(folder, 'state')) });
  const image = await randomImage((await open()).store, 1, 2, { tags: ['app'] });
  const { store } = await open();
  expect(store.find('app').layers).toEqual(image.layers);
  expect((await store.rootfs(image.layers)).children.size).toBe(2);
  expect((await store.remove('app')).length).toBe(4);
  expect((await open()).store.list({ all: true })).toEqual([]);
});
