import { expect, it } from 'vitest';
import { writeTar } from '../files/tar/index.ts';
import { gzip, type ImageStore, type LayerBlob, sha256 } from './index.ts';
import { fileEntry } from './testing/random-image.ts';
import { memoryImageStore } from './testing/stores.ts';

const MIB = 1 << 20;

/** A layer of a file of zeros, in gzip. */
async function zeros(name: string, size: number) {
  const tar = writeTar([fileEntry(name, new Uint8Array(size))]);
  const bytes = await gzip(tar);
  const blob: LayerBlob = { descriptor: { mediaType: '', digest: await sha256(bytes), size: bytes.length }, bytes };
  return { blob, diffId: await sha256(tar) };
}

async function install(store: ImageStore, layers: readonly LayerBlob[], diffIds: readonly string[]) {
  const config = { architecture: '386', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIds } };
  return store.install({ configBytes: new TextEncoder().encode(JSON.stringify(config)), layers });
}

it('unpacks layers ahead of an install, which gives the same image as without', async () => {
  const [one, two] = [await zeros('one', MIB), await zeros('two', MIB)];
  const diffIds = [one.diffId, two.diffId];
  const { store: ahead } = await memoryImageStore();
  const unpack = ahead.unpacker();
  const layers = await Promise.all([unpack(one.blob, one.diffId), unpack(two.blob, two.diffId)]);
  expect(ahead.layer(one.diffId)).toBeUndefined();
  const image = await install(ahead, layers, diffIds);
  const { store: plain } = await memoryImageStore();
  expect(await install(plain, [one.blob, two.blob], diffIds)).toEqual(image);
  expect(await ahead.layerTar(one.diffId)).toEqual(await plain.layerTar(one.diffId));
});

it('holds all layers of an image to one limit, and stores nothing of what is refused', async () => {
  const [one, two] = [await zeros('one', 2 * MIB), await zeros('two', 2 * MIB)];
  const { store, blobs } = await memoryImageStore({ unpackLimit: 3 * MIB });
  const unpack = store.unpacker();
  const [first, second] = await Promise.allSettled([unpack(one.blob, one.diffId), unpack(two.blob, two.diffId)]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'too-large' } });
  // Nor do two unpackers get twice as much into one image.
  const layers = [await store.unpacker()(one.blob, one.diffId), await store.unpacker()(two.blob, two.diffId)];
  await expect(install(store, layers, [one.diffId, two.diffId])).rejects.toMatchObject({ code: 'too-large' });
  await expect(store.unpacker()(one.blob, two.diffId)).rejects.toMatchObject({ code: 'corrupt' });
  expect(await blobs.list()).toEqual([]);
});
