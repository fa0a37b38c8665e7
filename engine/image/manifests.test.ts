import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { writeTar } from '../files/tar/index.ts';
import type { Digest } from './digest.ts';
import { encodeJson, gzip, MEDIA_TYPES, sha256 } from './index.ts';
import { fileEntry, seededBytes } from './testing/random-image.ts';
import { memoryImageStore } from './testing/stores.ts';

const TAR = writeTar([fileEntry('a', seededBytes(3000, 1))]);

const packed = (tool: string, ...args: string[]): Uint8Array =>
  new Uint8Array(execFileSync(tool, args, { input: TAR, maxBuffer: 1 << 26 }));
const FORMS = {
  [MEDIA_TYPES.ociLayerGzip]: () => packed('gzip', '-9cn'),
  [MEDIA_TYPES.dockerLayerGzip]: () => packed('gzip', '-1cn'),
  [MEDIA_TYPES.ociLayerZstd]: () => packed('zstd', '-c'),
  [MEDIA_TYPES.ociLayer]: () => TAR,
};

/** An image of one layer, as a registry has it: config, manifest, and the layer's blob in some form. */
async function remote(mediaType: keyof typeof FORMS, author = 'one') {
  const bytes = FORMS[mediaType]();
  const configBytes = encodeJson({
    author,
    architecture: '386',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [await sha256(TAR)] },
  });
  const descriptor = { mediaType, digest: await sha256(bytes), size: bytes.length };
  const manifestBytes = encodeJson({
    schemaVersion: 2,
    config: { mediaType: MEDIA_TYPES.ociConfig, digest: await sha256(configBytes), size: configBytes.length },
    layers: [descriptor],
  });
  return { configBytes, manifestBytes, layers: [{ descriptor, bytes }], digest: await sha256(manifestBytes) };
}

describe('manifests from elsewhere', () => {
  it.each(Object.keys(FORMS) as (keyof typeof FORMS)[])('are kept with their blobs: %s', async (mediaType) => {
    const { store, reopen } = await memoryImageStore();
    const given = await remote(mediaType);
    const image = await store.install(given);
    for (const each of [store, await reopen()]) {
      expect(await each.manifest(image.id)).toMatchObject({
        descriptor: { digest: given.digest, size: given.manifestBytes.length },
        bytes: given.manifestBytes,
      });
      expect(await each.blob(given.layers[0]?.descriptor.digest as Digest)).toEqual(given.layers[0]?.bytes);
      expect([...(await each.rootfs(image.layers)).children.keys()]).toEqual(['a']);
    }
  });

  it('of two images that have one layer in two compressions are both kept, and go one by one', async () => {
    const { store, blobs, reopen } = await memoryImageStore();
    const one = await remote(MEDIA_TYPES.ociLayerGzip, 'one');
    const two = await remote(MEDIA_TYPES.dockerLayerGzip, 'two');
    const first = await store.install(one);
    const second = await store.install(two);
    expect(first.layers).toEqual(second.layers);
    for (const each of [store, await reopen()]) {
      expect((await each.manifest(first.id)).descriptor.digest).toBe(one.digest);
      expect((await each.manifest(second.id)).descriptor.digest).toBe(two.digest);
    }
    expect(await blobs.list()).toHaveLength(6);
    await store.remove(first.id);
    expect((await store.manifest(second.id)).descriptor.digest).toBe(two.digest);
    expect(new Set(await blobs.list())).toEqual(
      new Set([second.id, two.digest, two.layers[0]?.descriptor.digest as Digest]),
    );
    await store.remove(second.id);
    expect(await blobs.list()).toEqual([]);
  });

  it('of one image in several compressions are all kept, the first one first', async () => {
    const { store, blobs, reopen } = await memoryImageStore();
    const all = await Promise.all((Object.keys(FORMS) as (keyof typeof FORMS)[]).map((type) => remote(type)));
    for (const each of all) await store.install(each);
    const [image] = store.list();
    expect(image?.manifests).toEqual(all.map(({ digest }) => digest));
    const again = await reopen();
    for (const { digest, manifestBytes } of all) {
      expect((await again.manifest(image?.id as Digest, digest)).bytes).toEqual(manifestBytes);
    }
    expect((await again.manifest(image?.id as Digest)).descriptor.digest).toBe(all[0]?.digest);
    await expect(again.manifest(image?.id as Digest, image?.id)).rejects.toMatchObject({ code: 'not-found' });
    await again.remove(image?.id as Digest);
    expect(await blobs.list()).toEqual([]);
  });

  it('hold a blob of other bytes to the layer that they say it is', async () => {
    const { store, blobs } = await memoryImageStore();
    await store.install(await remote(MEDIA_TYPES.ociLayerGzip));
    const before = await blobs.list();
    const lie = await remote(MEDIA_TYPES.ociLayerZstd, 'two');
    const bytes = new Uint8Array(execFileSync('zstd', ['-c'], { input: writeTar([fileEntry('evil', 'x')]) }));
    const descriptor = { mediaType: '', digest: await sha256(bytes), size: bytes.length };
    await expect(
      store.install({ configBytes: lie.configBytes, layers: [{ bytes, descriptor }] }),
    ).rejects.toMatchObject({ code: 'corrupt' });
    expect(await blobs.list()).toEqual(before);
  });
});

describe('manifests made here', () => {
  it('name the compression that a layer came in, by its OCI media type', async () => {
    for (const [given, named] of [
      [MEDIA_TYPES.ociLayerZstd, MEDIA_TYPES.ociLayerZstd],
      [MEDIA_TYPES.dockerLayerGzip, MEDIA_TYPES.ociLayerGzip],
    ] as const) {
      const { store } = await memoryImageStore();
      const base = await remote(given);
      const { layers } = await store.install(base);
      const built = await store.create({ config: { architecture: '386', os: 'linux', author: 'me' }, layers });
      const { manifest } = await store.manifest(built.id);
      expect(manifest.layers).toEqual([{ ...base.layers[0]?.descriptor, mediaType: named }]);
    }
  });

  it('stay as they are, whatever comes and goes beside them', async () => {
    const { store, reopen } = await memoryImageStore();
    const base = await store.install(await remote(MEDIA_TYPES.ociLayerZstd));
    const built = await store.create({
      config: { architecture: '386', os: 'linux', author: 'me' },
      layers: base.layers,
    });
    const made = await store.manifest(built.id);
    const other = await store.install(await remote(MEDIA_TYPES.ociLayerGzip, 'two'));
    await store.remove(base.id);
    expect(await store.manifest(built.id)).toEqual(made);
    await store.remove(other.id);
    expect(await (await reopen()).manifest(built.id)).toEqual(made);
    expect(store.get(built.id)?.manifest).toBe(made.descriptor.digest);
  });

  it('do not bring back an image that is removed meanwhile', async () => {
    const { store, blobs } = await memoryImageStore();
    const layer = await store.addLayer(TAR);
    const image = await store.create({ config: { architecture: '386', os: 'linux' }, layers: [layer] });
    const manifest = store.manifest(image.id);
    await store.remove(image.id);
    await manifest.catch(() => undefined);
    expect(store.list()).toEqual([]);
    expect(await blobs.list()).toEqual([]);
  });

  it('come of a gzip that is the same for the same layer', async () => {
    const make = async () => {
      const { store } = await memoryImageStore();
      const layer = await store.addLayer(TAR);
      const image = await store.create({ config: { architecture: '386', os: 'linux' }, layers: [layer] });
      return store.manifest(image.id);
    };
    expect(await make()).toEqual(await make());
    expect(await gzip(TAR)).toEqual(await gzip(TAR));
  });
});
