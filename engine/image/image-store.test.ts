import { describe, expect, it } from 'vitest';
import { writeTar } from '../files/tar/index.ts';
import { MemoryBlobStore } from '../stores/memory-blob-store.ts';
import type { Digest } from './digest.ts';
import type { ImageUser } from './image.ts';
import { imageSize } from './image.ts';
import { gzip, sha256 } from './index.ts';
import { fileEntry, randomImage, seededBytes, testImage } from './testing/random-image.ts';
import { memoryImageStore } from './testing/stores.ts';

const CONTAINER = 'c0ffee'.repeat(10).padEnd(64, '0');

/** A store whose images are used as the map says. */
async function storeWithUsers() {
  const users = new Map<Digest, readonly ImageUser[]>();
  return { ...(await memoryImageStore({ users: (id) => users.get(id) ?? [] })), users };
}

describe('layers', () => {
  it('are kept once, by diff ID, with the size of their files', async () => {
    const { store, blobs } = await memoryImageStore();
    const tar = writeTar([fileEntry('a', 'hello')]);
    const layer = await store.addLayer(tar);
    expect(layer).toEqual({ diffId: await sha256(tar), bytes: 5 });
    expect(await store.addLayer(tar.slice())).toEqual(layer);
    expect(await blobs.list()).toHaveLength(1);
    expect(await store.tree(layer.diffId)).toBe(await store.tree(layer.diffId));
  });

  it('that are no archive leave nothing behind', async () => {
    const { store, blobs, state } = await memoryImageStore();
    await expect(store.addLayer(seededBytes(2000, 1))).rejects.toMatchObject({ name: 'TarError' });
    expect(await blobs.list()).toEqual([]);
    expect(await state.list('')).toEqual([]);
  });

  it('are compressed once, when a manifest needs it, and read back from that', async () => {
    const { store, blobs, reopen } = await memoryImageStore();
    const image = await randomImage(store, 1, 1);
    const diffId = image.layers[0]?.diffId ?? image.id;
    expect(await blobs.has(diffId)).toBe(true);
    const [first, second] = await Promise.all([store.manifest(image.id), store.manifest(image.id)]);
    expect(second).toEqual(first);
    expect(await blobs.has(diffId)).toBe(false);
    const again = await reopen();
    expect((await again.manifest(image.id)).descriptor).toEqual(first.descriptor);
    expect([...(await again.tree(diffId)).children.keys()]).toEqual(['file-1-0']);
  });

  it('can be read while they are being compressed', async () => {
    class SlowBlobs extends MemoryBlobStore {
      waiting: Promise<void> | undefined;
      override async get(digest: Digest) {
        await this.waiting;
        return super.get(digest);
      }
    }
    const blobs = new SlowBlobs();
    const { store } = await memoryImageStore({ blobs });
    const image = await randomImage(store, 1, 1);
    const diffId = image.layers[0]?.diffId ?? image.id;
    const manifest = store.manifest(image.id);
    let release = () => {};
    // The compression's own read is under way; the next one waits until the plain tar is gone.
    blobs.waiting = new Promise((resolve) => {
      release = resolve;
    });
    const tar = store.layerTar(diffId);
    await manifest;
    expect(await blobs.has(diffId)).toBe(false);
    release();
    expect(await sha256(await tar)).toBe(diffId);
  });

  it('whose blob is damaged are found out', async () => {
    const { store, blobs, reopen } = await memoryImageStore();
    const { diffId } = await store.addLayer(writeTar([fileEntry('a', 'x')]));
    await blobs.delete(diffId);
    await blobs.put(diffId, writeTar([fileEntry('a', 'y')]));
    await expect((await reopen()).tree(diffId)).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe('images', () => {
  it('are what their configs say, and survive being opened again', async () => {
    const { store, reopen } = await memoryImageStore();
    const image = await randomImage(store, 7, 3, { config: { Cmd: ['x'] }, tags: ['app', 'reg.io/app:v2'] });
    expect(image.id).toBe(await sha256(image.configBytes));
    expect(image.layers).toHaveLength(3);
    expect(image.layers[0]?.chainId).toBe(image.layers[0]?.diffId);
    expect(imageSize(image)).toBe(1000 + 1037 + 1074);
    const again = await reopen();
    expect(again.find('app')).toEqual(image);
    expect(again.names(image.id)).toEqual({ tags: ['app:latest', 'reg.io/app:v2'], digests: [] });
    expect([...(await again.rootfs(image.layers)).children.keys()]).toEqual(['file-7-0', 'file-7-1', 'file-7-2']);
  });

  it('are the same image when made the same way again', async () => {
    const { store } = await memoryImageStore();
    const image = await randomImage(store, 1);
    expect(await randomImage(store, 1)).toEqual(image);
    expect(store.list()).toHaveLength(1);
  });

  it('cannot have layers that are not here', async () => {
    const { store } = await memoryImageStore();
    const layer = await sha256(new Uint8Array(1));
    await expect(store.create({ config: { architecture: '386', os: 'linux' }, layers: [layer] })).rejects.toMatchObject(
      { code: 'not-found' },
    );
    expect(store.list({ all: true })).toEqual([]);
  });

  it('are found by name, ID and the start of an ID, names first', async () => {
    const { store } = await memoryImageStore();
    const image = await randomImage(store, 1, 1, { tags: ['app:v1'] });
    const other = await randomImage(store, 2);
    const hex = image.id.slice(7);
    for (const name of [
      'app:v1',
      'docker.io/library/app:v1',
      image.id,
      hex,
      hex.slice(0, 12),
      `sha256:${hex.slice(0, 6)}`,
    ]) {
      expect(store.find(name)).toBe(store.get(image.id));
    }
    await store.tag(hex.slice(0, 12), other.id);
    expect(store.find(hex.slice(0, 12)).id).toBe(other.id);
  });

  it('that are not here are told so as Docker does', async () => {
    const { store } = await memoryImageStore();
    expect(() => store.find('nosuch')).toThrow('No such image: nosuch:latest');
    expect(() => store.find('sha256:abcdef')).toThrow('No such image: sha256:abcdef');
    expect(() => store.find('FOO')).toThrow(
      'invalid reference format: repository name (library/FOO) must be lowercase',
    );
    const full = 'ab'.repeat(32);
    expect(() => store.find(full)).toThrow(`No such image: sha256:${full}`);
  });

  it('are not guessed when an ID could mean several', async () => {
    const { store } = await memoryImageStore();
    const ids = new Map<string, string>();
    for (let seed = 0; seed < 40; seed++) {
      const { id } = await testImage(store, { config: { Env: [`N=${seed}`] } });
      const start = id.slice(7, 8);
      if (ids.has(start)) return expect(() => store.find(start)).toThrow(`No such image: ${start}:latest`);
      ids.set(start, id);
    }
    throw new Error('no two of 40 IDs start alike');
  });

  it('are listed newest first, without the steps on the way', async () => {
    const { store } = await memoryImageStore();
    const step = await testImage(store, { created: '2024-01-01T00:00:00Z' });
    const named = await testImage(store, { created: '2024-01-02T00:00:00Z', parent: step.id, tags: ['a'] });
    const last = await testImage(store, { created: '2024-01-03T00:00:00Z', parent: named.id });
    expect(store.list().map(({ id }) => id)).toEqual([last.id, named.id]);
    expect(store.list({ all: true }).map(({ id }) => id)).toEqual([last.id, named.id, step.id]);
  });

  it('have a history whose IDs go as far as parents are known', async () => {
    const { store } = await memoryImageStore();
    const base = await store.addLayer(writeTar([fileEntry('a', '12345')]));
    const history = [
      { created: '2024-01-01T00:00:00Z', created_by: 'ADD a' },
      { created: '2024-01-01T00:00:01Z', created_by: 'CMD ["sh"]', empty_layer: true },
    ];
    const os = { architecture: '386', os: 'linux' };
    const parent = await store.create({ config: { ...os, history }, layers: [base] });
    const image = await store.create({
      config: {
        ...os,
        history: [
          ...history,
          { created: '2024-01-02T00:00:00Z', created_by: 'LABEL x', comment: 'c', empty_layer: true },
        ],
      },
      layers: [base],
      parent: parent.id,
    });
    await store.tag('x:v1', image.id);
    expect(store.history('x:v1')).toEqual([
      { Id: image.id, Created: 1704153600, CreatedBy: 'LABEL x', Tags: ['x:v1'], Size: 0, Comment: 'c' },
      { Id: parent.id, Created: 1704067201, CreatedBy: 'CMD ["sh"]', Tags: null, Size: 0, Comment: '' },
      { Id: '<missing>', Created: 1704067200, CreatedBy: 'ADD a', Tags: null, Size: 5, Comment: '' },
    ]);
  });
});

describe('install', () => {
  it('stores nothing when a layer is not what the config says', async () => {
    const source = (await memoryImageStore()).store;
    const image = await randomImage(source, 1, 2);
    const { manifest, bytes } = await source.manifest(image.id);
    const blob = async (index: number) => {
      const descriptor = manifest.layers[index];
      if (!descriptor) throw new Error('no such layer');
      return { descriptor, bytes: (await source.blob(descriptor.digest)) ?? new Uint8Array() };
    };
    const { store, blobs, state } = await memoryImageStore();
    const { configBytes } = image;
    const wrong = { configBytes, manifestBytes: bytes, layers: [await blob(0), await blob(0)] };
    await expect(store.install({ configBytes, layers: wrong.layers })).rejects.toMatchObject({ code: 'corrupt' });
    await expect(store.install(wrong)).rejects.toThrow(`invalid manifest: layer 1 is ${manifest.layers[1]?.digest}`);
    await expect(store.install({ ...wrong, layers: [await blob(0)] })).rejects.toMatchObject({ code: 'invalid' });
    await expect(store.install({ ...wrong, layers: [await blob(0), undefined] })).rejects.toMatchObject({
      code: 'not-found',
    });
    const other = await source.manifest((await randomImage(source, 2, 2)).id);
    await expect(
      store.install({ ...wrong, manifestBytes: other.bytes, layers: [await blob(0), await blob(1)] }),
    ).rejects.toThrow('invalid manifest: it is of the config');
    expect(await blobs.list()).toEqual([]);
    expect(await state.list('')).toEqual([]);
    const installed = await store.install({ ...wrong, layers: [await blob(0), await blob(1)] });
    expect(installed).toMatchObject({ id: image.id, manifest: (await source.manifest(image.id)).descriptor.digest });
  });

  it('takes the gzip that others know over its own plain tar', async () => {
    const { store, blobs } = await memoryImageStore();
    const tar = writeTar([fileEntry('a', 'x')]);
    const image = await testImage(store, { layers: [[fileEntry('a', 'x')]] });
    const bytes = await gzip(tar);
    const descriptor = { mediaType: '', digest: await sha256(bytes), size: bytes.length };
    await store.install({ configBytes: image.configBytes, layers: [{ bytes, descriptor }] });
    expect(store.layerOfBlob(descriptor.digest)?.diffId).toBe(image.layers[0]?.diffId);
    expect(await blobs.has(await sha256(tar))).toBe(false);
  });
});

describe('names', () => {
  it('move from one image to another, and are told', async () => {
    const { store, events } = await memoryImageStore();
    const first = await randomImage(store, 1, 1, { tags: ['app'], config: { Labels: { by: 'me' } } });
    const second = await randomImage(store, 2, 1, { tags: ['app'] });
    expect(store.find('app')).toEqual(second);
    expect(store.names(first.id).tags).toEqual([]);
    await store.untag('app');
    expect(events.past().map(({ Action, Actor }) => [Action, Actor.ID, Actor.Attributes])).toEqual([
      ['tag', first.id, { by: 'me', name: 'app:latest' }],
      ['tag', second.id, { name: 'app:latest' }],
      ['untag', second.id, { name: second.id }],
    ]);
    await expect(store.untag('app')).rejects.toThrow('No such image: app:latest');
    await expect(store.tag('bad:tag:x', first.id)).rejects.toThrow('invalid reference format');
  });
});

// What a dockerd 20.10 answered to the same commands.
describe('remove', () => {
  it('untags and deletes the image and the layers that nobody else has', async () => {
    const { store, blobs, state, events } = await memoryImageStore();
    const image = await randomImage(store, 1, 2, { tags: ['app'] });
    expect(await store.remove('app')).toEqual([
      { Untagged: 'app:latest' },
      { Deleted: image.id },
      { Deleted: image.layers[1]?.chainId },
      { Deleted: image.layers[0]?.chainId },
    ]);
    expect(await blobs.list()).toEqual([]);
    expect(await state.list('layers/')).toEqual([]);
    expect(await state.list('images/')).toEqual([]);
    expect(events.past().map(({ Action }) => Action)).toEqual(['tag', 'untag', 'delete']);
  });

  it('takes only the name when there are others', async () => {
    const { store } = await memoryImageStore();
    await randomImage(store, 1, 1, { tags: ['base', 'base:two'] });
    expect(await store.remove('base')).toEqual([{ Untagged: 'base:latest' }]);
    expect(store.find('base:two')).toBeDefined();
  });

  it('by ID takes one name along, but not several without force', async () => {
    const { store } = await memoryImageStore();
    const image = await randomImage(store, 1, 1, { tags: ['a', 'b'] });
    const short = image.id.slice(7, 19);
    await expect(store.remove(short)).rejects.toMatchObject({
      code: 'conflict',
      message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
    });
    expect(store.names(image.id).tags).toHaveLength(2);
    expect((await store.remove(short, { force: true })).slice(0, 3)).toEqual([
      { Untagged: 'a:latest' },
      { Untagged: 'b:latest' },
      { Deleted: image.id },
    ]);
  });

  it('keeps layers that another image has', async () => {
    const { store } = await memoryImageStore();
    const layers = [[fileEntry('shared', 'x')]];
    await testImage(store, { layers, tags: ['a'] });
    const other = await testImage(store, { layers: [...layers, [fileEntry('own', 'y')]], tags: ['b'] });
    expect(await store.remove('a')).toHaveLength(2);
    expect(await store.remove('b')).toHaveLength(4);
    expect(store.layer(other.layers[0]?.diffId ?? other.id)).toBeUndefined();
  });

  it('refuses the last name of an image that a container uses', async () => {
    const { store, users } = await storeWithUsers();
    const image = await randomImage(store, 1, 1, { tags: ['child'] });
    users.set(image.id, [{ id: CONTAINER, running: false }]);
    const short = image.id.slice(7, 19);
    await expect(store.remove('child')).rejects.toThrow(
      `conflict: unable to remove repository reference "child" (must force) - container ${CONTAINER.slice(0, 12)} is using its referenced image ${short}`,
    );
    await expect(store.remove(short)).rejects.toThrow(
      `conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${CONTAINER.slice(0, 12)}`,
    );
    users.set(image.id, [{ id: CONTAINER, running: true }]);
    await expect(store.remove(short, { force: true })).rejects.toThrow(
      `conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${CONTAINER.slice(0, 12)}`,
    );
    expect(await store.remove('child', { force: true })).toEqual([{ Untagged: 'child:latest' }]);
    expect(store.get(image.id)).toBeDefined();
  });

  it('by force keeps the layers under a stopped container until it goes', async () => {
    const { store, users, reopen } = await storeWithUsers();
    const image = await randomImage(store, 1, 1, { tags: ['child'] });
    const diffId = image.layers[0]?.diffId ?? image.id;
    users.set(image.id, [{ id: CONTAINER, running: false }]);
    expect(await store.remove('child', { force: true })).toEqual([{ Untagged: 'child:latest' }, { Deleted: image.id }]);
    expect(await store.collectGarbage()).toBe(0);
    const again = await reopen();
    expect(await again.collectGarbage()).toBe(0);
    expect((await again.tree(diffId)).children.size).toBe(1);
    users.clear();
    expect(await again.collectGarbage()).toBe(1000);
    expect(again.layer(diffId)).toBeUndefined();
  });

  it('takes nameless parents along, up to one that is needed', async () => {
    const { store } = await memoryImageStore();
    const base = await testImage(store, { config: { Env: ['N=0'] }, tags: ['base'] });
    const one = await testImage(store, { config: { Env: ['N=1'] }, parent: base.id });
    const two = await testImage(store, { config: { Env: ['N=2'] }, parent: one.id });
    const built = await testImage(store, { config: { Env: ['N=3'] }, parent: two.id, tags: ['built'] });
    await expect(store.remove(two.id, { force: true })).rejects.toThrow(
      `conflict: unable to delete ${two.id.slice(7, 19)} (cannot be forced) - image has dependent child images`,
    );
    expect(await store.remove('built', { prune: false })).toEqual([
      { Untagged: 'built:latest' },
      { Deleted: built.id },
    ]);
    expect(await store.remove(two.id)).toEqual([{ Deleted: two.id }, { Deleted: one.id }]);
    expect(store.list({ all: true }).map(({ id }) => id)).toEqual([base.id]);
  });

  it('leaves an image with children without its name', async () => {
    const { store } = await memoryImageStore();
    const base = await testImage(store, { config: { Env: ['N=0'] }, tags: ['base'] });
    await testImage(store, { config: { Env: ['N=1'] }, parent: base.id, tags: ['built'] });
    expect(await store.remove('base')).toEqual([{ Untagged: 'base:latest' }]);
    expect(store.get(base.id)).toBeDefined();
  });

  it('takes a repository’s digests with its last tag', async () => {
    const { store } = await memoryImageStore();
    const image = await randomImage(store, 1, 1, { tags: ['app', `app@${await sha256(new Uint8Array(3))}`] });
    expect(store.names(image.id).digests).toHaveLength(1);
    const items = await store.remove('app');
    expect(items.slice(0, 3)).toEqual([
      { Untagged: 'app:latest' },
      { Untagged: `app@${await sha256(new Uint8Array(3))}` },
      { Deleted: image.id },
    ]);
  });

  it('does not take a layer from under a build on its way', async () => {
    const { store } = await memoryImageStore();
    const layers = [[fileEntry('shared', 'x')]];
    await testImage(store, { layers, tags: ['old'] });
    const layer = await store.addLayer(writeTar([fileEntry('shared', 'x')]));
    await store.remove('old');
    const image = await store.create({ config: { architecture: '386', os: 'linux' }, layers: [layer] });
    expect((await store.rootfs(image.layers)).children.size).toBe(1);
  });

  it('keeps layers for a lease until it is released, and for holders as long as they want', async () => {
    const { store } = await memoryImageStore();
    const lease = store.lease();
    const { diffId } = await lease.addLayer(writeTar([fileEntry('a', '12345')]));
    const other = await lease.addLayer(writeTar([fileEntry('b', '1')]));
    const held = new Set([diffId]);
    store.addHolder(() => held);
    expect(await store.collectGarbage()).toBe(0);
    await lease.release();
    expect(store.layer(other.diffId)).toBeUndefined();
    expect(store.layer(diffId)?.bytes).toBe(5);
    // An image of it comes and goes, and the layer is not told to be deleted.
    await store.create({ config: { architecture: '386', os: 'linux' }, layers: [diffId] });
    const [image] = store.list();
    expect(await store.remove(image?.id ?? '')).toEqual([{ Deleted: image?.id }]);
    held.clear();
    expect(await store.collectGarbage()).toBe(5);
  });
});
