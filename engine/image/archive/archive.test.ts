import { describe, expect, it } from 'vitest';
import { NO_DATA, type TarEntry } from '../../files/tar/entry.ts';
import { readTar, writeTar } from '../../files/tar/index.ts';
import { encodeJson, gzip, hexOf, sha256 } from '../index.ts';
import { fileEntry, randomImage, testImage } from '../testing/random-image.ts';
import { memoryImageStore } from '../testing/stores.ts';
import { loadImages } from './load.ts';
import { saveImages } from './save.ts';

const savedTar = async (...request: Parameters<typeof saveImages>): Promise<Uint8Array> =>
  writeTar(await saveImages(...request));

function json(entries: readonly TarEntry[], name: string): unknown {
  const entry = entries.find((each) => each.name === name);
  return JSON.parse(new TextDecoder().decode(entry?.data));
}

describe('saveImages', () => {
  it('writes an OCI layout and a docker-archive of the same blobs', async () => {
    const { store } = await memoryImageStore();
    const image = await randomImage(store, 1, 2, { tags: ['app', 'reg.io/app:v2'] });
    const entries = readTar(await savedTar(store, ['app', 'reg.io/app:v2']));
    const { manifest, descriptor } = await store.manifest(image.id);
    expect(json(entries, 'oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    expect(json(entries, 'manifest.json')).toEqual([
      {
        Config: `blobs/sha256/${hexOf(image.id)}`,
        RepoTags: ['app:latest', 'reg.io/app:v2'],
        Layers: manifest.layers.map(({ digest }) => `blobs/sha256/${hexOf(digest)}`),
      },
    ]);
    expect(json(entries, 'index.json')).toMatchObject({
      manifests: [
        { digest: descriptor.digest, annotations: { 'io.containerd.image.name': 'docker.io/library/app:latest' } },
        { digest: descriptor.digest, annotations: { 'org.opencontainers.image.ref.name': 'v2' } },
      ],
    });
    for (const entry of entries.filter(({ name, type }) => name.startsWith('blobs/') && type === 'file')) {
      expect(await sha256(entry.data)).toBe(`sha256:${entry.name.slice('blobs/sha256/'.length)}`);
    }
  });

  it('takes all tags of a repository, no other, and IDs without a name', async () => {
    const { store } = await memoryImageStore();
    const one = await randomImage(store, 1, 1, { tags: ['app', 'app:two', 'apple'] });
    const two = await randomImage(store, 2, 1, { tags: ['app:three', 'other'] });
    const tags = async (...names: string[]) =>
      (json(readTar(await savedTar(store, names)), 'manifest.json') as { RepoTags: unknown }[]).map(
        (item) => item.RepoTags,
      );
    expect(await tags('app')).toEqual([['app:latest', 'app:two'], ['app:three']]);
    expect(await tags('app:two')).toEqual([['app:two']]);
    expect(await tags(one.id, 'other')).toEqual([null, ['other:latest']]);
    expect(await tags(two.id.slice(7, 19))).toEqual([null]);
  });

  it('refuses what is not here, as dockerd does', async () => {
    const { store } = await memoryImageStore();
    await expect(savedTar(store, ['nosuch'])).rejects.toThrow(/^No such image: nosuch$/);
    await expect(savedTar(store, ['nosuch:x'])).rejects.toThrow('reference does not exist');
  });
});

describe('loadImages', () => {
  it('brings back what was saved, manifests too, and moves names', async () => {
    const source = (await memoryImageStore()).store;
    const image = await randomImage(source, 1, 2, { tags: ['app', 'app:v2'] });
    const second = await randomImage(source, 2, 1, { tags: ['other'] });
    const tar = await savedTar(source, ['app', 'other']);
    const { store, events } = await memoryImageStore();
    const old = await randomImage(store, 9, 1, { tags: ['app'] });
    const loaded = await loadImages(store, await gzip(tar));
    expect(loaded.map(({ image: { id }, names, taken }) => ({ id, names, taken }))).toEqual([
      { id: image.id, names: ['app:latest', 'app:v2'], taken: [{ name: 'app:latest', from: old.id }] },
      { id: second.id, names: ['other:latest'], taken: [] },
    ]);
    expect(store.get(image.id)?.manifest).toBe((await source.manifest(image.id)).descriptor.digest);
    expect(await savedTar(store, ['app:v2', 'app:latest', 'other'])).toEqual(
      await savedTar(source, ['app:v2', 'app:latest', 'other']),
    );
    expect(
      events
        .past()
        .slice(-2)
        .map(({ Action, Actor }) => [Action, Actor.ID]),
    ).toEqual([
      ['load', image.id],
      ['load', second.id],
    ]);
  });

  it('reads the older form: folders of layers, repeated by symlinks', async () => {
    const layer = writeTar([fileEntry('a', 'x')]);
    const diffId = await sha256(layer);
    const config = encodeJson({
      architecture: '386',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [diffId, diffId] },
    });
    const manifest = [{ Config: 'c.json', RepoTags: ['old:v1'], Layers: ['l1/layer.tar', 'l2/layer.tar'] }];
    const tar = writeTar([
      fileEntry('l1/layer.tar', layer),
      fileEntry('l2/layer.tar', NO_DATA, { type: 'symlink', linkName: '../l1/layer.tar' }),
      fileEntry('c.json', config),
      fileEntry('manifest.json', encodeJson(manifest)),
    ]);
    const { store } = await memoryImageStore();
    const [loaded] = await loadImages(store, tar);
    expect(loaded).toMatchObject({ image: { id: await sha256(config) }, names: ['old:v1'] });
    expect(loaded?.image.layers).toHaveLength(2);
  });

  it('chooses linux/386 from an index of several platforms', async () => {
    const source = (await memoryImageStore()).store;
    const ours = await randomImage(source, 1, 1);
    const theirs = await randomImage(source, 2, 1);
    const blobs = new Map<string, Uint8Array>();
    const descriptors: object[] = [];
    for (const [image, architecture] of [
      [theirs, 'amd64'],
      [ours, '386'],
    ] as const) {
      const { descriptor, manifest, bytes } = await source.manifest(image.id);
      blobs.set(descriptor.digest, bytes).set(image.id, image.configBytes);
      for (const { digest } of manifest.layers) blobs.set(digest, (await source.blob(digest)) ?? NO_DATA);
      descriptors.push({ ...descriptor, platform: { os: 'linux', architecture } });
    }
    const index = encodeJson({ schemaVersion: 2, manifests: descriptors });
    const digest = await sha256(index);
    const top = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: index.length };
    const annotations = { 'org.opencontainers.image.ref.name': 'docker.io/library/multi:v1' };
    const tar = writeTar([
      fileEntry('index.json', encodeJson({ schemaVersion: 2, manifests: [{ ...top, annotations }] })),
      ...[...blobs.set(digest, index)].map(([name, data]) => fileEntry(`blobs/sha256/${name.slice(7)}`, data)),
    ]);
    const { store } = await memoryImageStore();
    const loaded = await loadImages(store, tar);
    expect(loaded).toMatchObject([{ image: { id: ours.id }, names: ['multi:v1'] }]);
  });

  it('refuses what is no image, or a damaged one, and stores nothing', async () => {
    const source = (await memoryImageStore()).store;
    const image = await testImage(source, { layers: [[fileEntry('a', 'x')]], tags: ['app'] });
    const saved = readTar(await savedTar(source, ['app']));
    const without = (name: string) => writeTar(saved.filter((entry) => entry.name !== name));
    const { manifest } = await source.manifest(image.id);
    const layer = `blobs/sha256/${manifest.layers[0]?.digest.slice(7)}`;
    const damaged = writeTar(
      saved.map((entry) => (entry.name === layer ? { ...entry, data: entry.data.map((b) => b ^ 1) } : entry)),
    );
    const { store, blobs } = await memoryImageStore();
    await expect(loadImages(store, writeTar([fileEntry('x', 'y')]))).rejects.toThrow('unrecognized image format');
    await expect(loadImages(store, without(layer))).rejects.toThrow(`${layer} is missing`);
    await expect(loadImages(store, damaged)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(loadImages(store, writeTar([fileEntry('manifest.json', '[{}]')]))).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(loadImages(store, new Uint8Array(700).fill(65))).rejects.toMatchObject({ name: 'TarError' });
    expect(await blobs.list()).toEqual([]);
  });
});
