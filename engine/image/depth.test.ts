import { expect, it } from 'vitest';
import { writeTar } from '../files/tar/index.ts';
import { MAX_DEPTH } from './depth.ts';
import { sha256 } from './index.ts';
import { fileEntry, testImage } from './testing/random-image.ts';
import { memoryImageStore } from './testing/stores.ts';

const layers = (count: number) => Array.from({ length: count }, (_, i) => [fileEntry(`file-${i}`, `${i}`)]);

it('lets an image have as many layers as can be mounted, and no more', async () => {
  const { store, blobs } = await memoryImageStore();
  const deepest = await testImage(store, { layers: layers(MAX_DEPTH) });
  expect(deepest.layers).toHaveLength(MAX_DEPTH);
  expect((await store.rootfs(deepest.layers)).children.size).toBe(MAX_DEPTH);
  await expect(testImage(store, { layers: layers(MAX_DEPTH + 1) })).rejects.toMatchObject({
    code: 'too-deep',
    message: 'max depth exceeded',
  });
  expect(store.list({ all: true })).toEqual([deepest]);

  // One from elsewhere is refused before anything of it is stored.
  const before = (await blobs.list()).length;
  const tar = writeTar([fileEntry('new', 'new')]);
  const diffId = await sha256(tar);
  const config = { architecture: '386', os: 'linux', rootfs: { type: 'layers', diff_ids: Array(129).fill(diffId) } };
  const blob = { descriptor: { mediaType: '', digest: diffId, size: tar.length }, bytes: tar };
  const configBytes = new TextEncoder().encode(JSON.stringify(config));
  await expect(store.install({ configBytes, layers: Array(129).fill(blob) })).rejects.toThrow('max depth exceeded');
  expect(await blobs.list()).toHaveLength(before);
});
