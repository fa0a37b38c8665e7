import { describe, expect, it } from 'vitest';
import { NO_DATA, type TarEntry } from '../../files/tar/entry.ts';
import { readTar, writeTar } from '../../files/tar/index.ts';
import { encodeJson, gzip, hexOf, MEDIA_TYPES, sha256 } from '../index.ts';
import { fileEntry, randomImage } from '../testing/random-image.ts';
import { memoryImageStore, type TestStore } from '../testing/stores.ts';
import { loadImages } from './load.ts';
import { saveImages } from './save.ts';

/** Everything that is stored: blobs by digest, documents by key. */
async function contents({ blobs, state }: TestStore): Promise<unknown> {
  const documents = await Promise.all((await state.list('')).map(async (key) => [key, await state.get(key)]));
  return { blobs: [...(await blobs.list())].sort(), documents };
}

/** An archive of one image whose only layer is this, in any form. */
async function archiveOf(layer: Uint8Array, diffId?: string): Promise<TarEntry[]> {
  const config = encodeJson({
    architecture: '386',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [diffId ?? (await sha256(layer))] },
  });
  return [
    fileEntry('layer.tar', layer),
    fileEntry('c.json', config),
    fileEntry('manifest.json', encodeJson([{ Config: 'c.json', RepoTags: ['evil:1'], Layers: ['layer.tar'] }])),
  ];
}

const link = (name: string, linkName: string, type: TarEntry['type'] = 'symlink'): TarEntry =>
  fileEntry(name, NO_DATA, { type, linkName });

/** Layers that are archives, and yet none. */
const LAYERS: readonly (readonly [string, readonly TarEntry[], string])[] = [
  ['a path that climbs out', [fileEntry('../evil', 'x')], '"../evil"'],
  ['a path through a link that leads outside', [link('out', '../..'), fileEntry('out/evil', 'x')], '"out/evil"'],
  ['a hard link out of it', [link('evil', '../../etc/passwd', 'hard-link')], '"evil"'],
  ['a hard link to nothing', [link('evil', 'nothing', 'hard-link')], '"evil"'],
  ['links in circles', [link('a', 'b'), link('b', 'a'), fileEntry('a/evil', 'x')], '"a/evil"'],
  ['one name twice', [fileEntry('evil', 'x'), fileEntry('./evil', 'y')], '"./evil"'],
  ['a whiteout of its parent', [fileEntry('d/.wh...', '')], '"d/.wh..."'],
  ['something below a whiteout', [fileEntry('.wh.d/evil', '')], '".wh.d/evil"'],
  ['a path through a file', [fileEntry('evil', 'x'), fileEntry('evil/below', 'y')], '"evil/below"'],
  ['ten thousand directories', [fileEntry(`${'d/'.repeat(10_000)}evil`, 'x')], 'File name too long'],
];

describe('hostile archives', () => {
  const refused = async (archive: Uint8Array | readonly TarEntry[], message: string): Promise<void> => {
    const stores = await memoryImageStore({ unpackLimit: 1 << 20 });
    await randomImage(stores.store, 1, 2, { tags: ['evil:1'] });
    const before = await contents(stores);
    const bytes = archive instanceof Uint8Array ? archive : writeTar(archive);
    for (const source of [bytes, new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()]) {
      const error = await loadImages(stores.store, source, { unpackLimit: 4 << 20 }).then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error?.name).toMatch(/^(ImageError|TarError)$/);
      expect(error?.message).toContain(message);
      expect(await contents(stores)).toEqual(before);
    }
  };

  it.each(LAYERS)('with a layer that has %s are refused, the store unchanged', async (_, entries, message) => {
    await refused(await archiveOf(writeTar(entries)), message);
  });

  it('with layers that are no layers are refused, the store unchanged', async () => {
    const layer = writeTar([fileEntry('a', 'x')]);
    const packed = await gzip(layer);
    const bomb = await gzip(new Uint8Array(3 << 20));
    const diffId = await sha256(layer);
    await refused(await archiveOf(bomb, diffId), 'unpacks to more than 1048576 bytes');
    await refused(await archiveOf(packed.subarray(0, -9), diffId), 'is not valid gzip data');
    await refused(await archiveOf(new Uint8Array([...packed, 1, 2, 3]), diffId), 'is not valid gzip data');
    await refused(await archiveOf(packed, `sha256:${'0'.repeat(64)}`), 'its image says sha256:000');
    await refused(await gzip(new Uint8Array(8 << 20)), 'the archive unpacks to more than 4194304 bytes');
  });

  it('whose lists are wrong are refused, the store unchanged', async () => {
    const [layer, config] = await archiveOf(writeTar([fileEntry('a', 'x')]));
    if (!layer || !config) throw new Error('unreachable');
    const manifest = (value: unknown): TarEntry =>
      fileEntry('manifest.json', typeof value === 'string' ? value : encodeJson(value));
    const image = { Config: 'c.json', RepoTags: null, Layers: ['layer.tar'] };
    for (const [entries, message] of [
      [[manifest('nope')], 'manifest.json is not valid JSON'],
      [[manifest({})], 'manifest.json must be a list'],
      [[manifest([])], 'the archive has no images'],
      [[manifest([{ ...image, Layers: 'x' }])], 'manifest.json: [0].Layers must be a list'],
      [[layer, config, manifest([{ ...image, RepoTags: ['BAD'] }])], 'manifest.json: "BAD"'],
      [[layer, config, manifest([{ ...image, Layers: [] }])], 'layers length mismatch: expected 1, got 0'],
      [[layer, manifest([image])], 'c.json is missing'],
      [[config, manifest([image])], 'layer.tar is missing'],
      [[layer, manifest([{ ...image, Config: '../c.json' }])], '../c.json leads outside'],
      [[config, link('layer.tar', '../../x'), manifest([image])], 'layer.tar leads outside'],
      [[config, link('layer.tar', 'layer.tar'), manifest([image])], 'layer.tar is a loop of symbolic links'],
      [[layer, config, manifest([image]), manifest([image])], 'duplicate entry in archive: "manifest.json"'],
      [[layer, fileEntry('c.json', '{"rootfs":5}'), manifest([image])], 'image config: rootfs must be an object'],
      // The second image's fault undoes the first.
      [[layer, config, manifest([image, { ...image, Config: 'none' }])], 'none is missing'],
    ] as const) {
      await refused(entries, message);
    }
  });

  it('whose indexes are wrong are refused, the store unchanged', async () => {
    const source = (await memoryImageStore()).store;
    await randomImage(source, 7, 1, { tags: ['app'] });
    const saved = (await saveImages(source, ['app'])).filter(
      ({ name }) => name !== 'manifest.json' && name !== 'repositories',
    );
    const index = (value: unknown): readonly TarEntry[] => [
      ...saved.filter(({ name }) => name !== 'index.json'),
      fileEntry('index.json', encodeJson(value)),
    ];
    const [{ data } = { data: NO_DATA }] = saved.filter(({ name }) => name === 'index.json');
    const [top] = (JSON.parse(new TextDecoder().decode(data)) as { manifests: { size: number }[] }).manifests;
    await refused(index({ schemaVersion: 2, manifests: [{ ...top, size: 5 }] }), 'is damaged: it has');
    await refused(index({ schemaVersion: 2, manifests: 5 }), 'index: manifests must be a list');
    await refused(index([]), 'index must be an object');
    // Indexes in indexes, as deep as one likes.
    let inner = encodeJson({ schemaVersion: 2, manifests: [top] });
    const nested: TarEntry[] = [];
    for (let depth = 0; depth < 10; depth++) {
      const digest = await sha256(inner);
      nested.push(fileEntry(`blobs/sha256/${hexOf(digest)}`, inner));
      const manifests = [{ mediaType: MEDIA_TYPES.ociIndex, digest, size: inner.length }];
      inner = encodeJson({ schemaVersion: 2, manifests });
    }
    await refused([...index(JSON.parse(new TextDecoder().decode(inner))), ...nested], 'is nested too deep');
    const foreign = { ...top, annotations: {}, platform: { os: 'linux', architecture: 'arm64' } };
    const other = { ...foreign, platform: { os: 'linux', architecture: 'amd64' } };
    await refused(
      index({ schemaVersion: 2, manifests: [foreign, other] }),
      'no matching manifest for linux/386 in the archive: index.json is only for linux/arm64, linux/amd64',
    );
    expect(readTar(writeTar(index({}))).length).toBe(saved.length);
  });
});
