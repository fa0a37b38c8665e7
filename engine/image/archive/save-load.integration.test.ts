import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, lstat, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_DATA } from '../../files/tar/entry.ts';
import { readTar, writeTar } from '../../files/tar/index.ts';
import { gzip, hexOf, type Image, type ImageStore, parseManifest } from '../index.ts';
import { directoryEntry, fileEntry, seededBytes, testImage } from '../testing/random-image.ts';
import { memoryImageStore } from '../testing/stores.ts';
import { loadImages } from './load.ts';
import { saveImages } from './save.ts';

const savedTar = async (...request: Parameters<typeof saveImages>): Promise<Uint8Array> =>
  writeTar(await saveImages(...request));

const execute = promisify(execFile);

/** Runs a Debian tool; a missing one is a failed test that says what to install. */
async function run(tool: string, ...args: string[]): Promise<string> {
  try {
    return (await execute(tool, args, { maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') throw new Error(`${tool} is missing: apt-get install -y skopeo umoci oci-image-tool`);
    throw new Error(`${tool} ${args.join(' ')}:\n${stderr}`);
  }
}

const LONG = `deep/${'directory-with-a-long-name/'.repeat(9)}file-with-a-name-that-is-long-too`;
const BASE = [
  directoryEntry('bin/'),
  fileEntry('bin/tool', seededBytes(40_000, 1), { mode: 0o4755 }),
  fileEntry('bin/other', NO_DATA, { type: 'hard-link', linkName: 'bin/tool' }),
  directoryEntry('etc/'),
  fileEntry('etc/old', 'going away'),
  fileEntry('etc/kept', 'stays'),
  directoryEntry('cache/'),
  fileEntry('cache/one', '1'),
  fileEntry(LONG, 'far down'),
  fileEntry('grüße-世界', 'not ASCII', { mtime: 1_700_000_000.25 }),
  fileEntry('link', NO_DATA, { type: 'symlink', mode: 0o777, linkName: 'etc/kept' }),
];
const TOP = [
  directoryEntry('etc/'),
  fileEntry('etc/.wh.old', NO_DATA),
  fileEntry('etc/new', 'new here'),
  directoryEntry('cache/'),
  fileEntry('cache/.wh..wh..opq', NO_DATA),
  fileEntry('cache/two', '2'),
];

describe('archives and the tools of others', () => {
  let folder: string;
  let store: ImageStore;
  let image: Image;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-archive-'));
    store = (await memoryImageStore()).store;
    image = await testImage(store, {
      layers: [BASE, TOP],
      config: { Env: ['PATH=/bin'], Cmd: ['/bin/tool'], Labels: { a: 'ü' }, ExposedPorts: { '80/tcp': {} } },
      tags: ['app:v1', 'localhost:5000/team/app:v1.0'],
    });
    await writeFile(at('saved.tar'), await savedTar(store, ['app:v1', 'localhost:5000/team/app:v1.0']));
    await run('mkdir', at('layout'));
    await run('tar', '-C', at('layout'), '-xf', at('saved.tar'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('names blobs as sha256sum does', async () => {
    const { descriptor, manifest } = await store.manifest(image.id);
    for (const { digest } of [descriptor, manifest.config, ...manifest.layers]) {
      const sum = await run('sha256sum', at(`layout/blobs/sha256/${hexOf(digest)}`));
      expect(`sha256:${sum.slice(0, 64)}`).toBe(digest);
    }
    const tar = await store.layerTar(image.layers[0]?.diffId ?? image.id);
    expect(`sha256:${createHash('sha256').update(tar).digest('hex')}`).toBe(image.layers[0]?.diffId);
  });

  it('is a docker-archive to skopeo, with the same config and diff IDs', async () => {
    const config = await run('skopeo', 'inspect', '--config', '--raw', `docker-archive:${at('saved.tar')}:app:v1`);
    expect(`sha256:${createHash('sha256').update(config).digest('hex')}`).toBe(image.id);
    await run('skopeo', 'copy', '-q', `docker-archive:${at('saved.tar')}:app:v1`, `oci:${at('from-archive')}:x`);
    const inspected = JSON.parse(await run('skopeo', 'inspect', '--config', `oci:${at('from-archive')}:x`));
    expect(inspected.rootfs.diff_ids).toEqual(image.layers.map((layer) => layer.diffId));
  });

  it('is an OCI layout to skopeo, with the same manifest digest', async () => {
    const inspected = JSON.parse(await run('skopeo', 'inspect', `oci:${at('layout')}:v1.0`));
    const { descriptor, manifest } = await store.manifest(image.id);
    expect(inspected.Digest).toBe(descriptor.digest);
    expect(inspected.Layers).toEqual(manifest.layers.map((layer) => layer.digest));
    expect(inspected.Architecture).toBe('386');
    expect(inspected.Env).toEqual(['PATH=/bin']);
  });

  it('is a valid layout to oci-image-tool', async () => {
    await run('oci-image-tool', 'validate', '--type', 'image', '--ref', 'name=v1', at('layout'));
  });

  it('unpacks with umoci to what its layers say', async () => {
    await run('umoci', 'unpack', '--image', `${at('layout')}:v1`, at('bundle'));
    const root = at('bundle/rootfs');
    expect(await readFile(join(root, 'etc/new'), 'utf8')).toBe('new here');
    expect(await readFile(join(root, LONG), 'utf8')).toBe('far down');
    expect(await readFile(join(root, 'grüße-世界'), 'utf8')).toBe('not ASCII');
    expect(await readlink(join(root, 'link'))).toBe('etc/kept');
    expect((await lstat(join(root, 'bin/tool'))).nlink).toBe(2);
    expect((await lstat(join(root, 'bin/tool'))).mode & 0o7777).toBe(0o4755);
    for (const gone of ['etc/old', 'cache/one']) await expect(access(join(root, gone))).rejects.toThrow('ENOENT');
    const spec = JSON.parse(await readFile(at('bundle/config.json'), 'utf8'));
    expect(spec.process.args).toEqual(['/bin/tool']);
  });

  it("loads skopeo's docker-archive and gets the same image", async () => {
    await run('skopeo', 'copy', '-q', `oci:${at('layout')}:v1`, `docker-archive:${at('skopeo.tar')}:other/name:v2`);
    const { store: second } = await memoryImageStore();
    const [loaded] = await loadImages(second, await readFile(at('skopeo.tar')));
    expect(loaded?.names).toEqual(['other/name:v2']);
    // skopeo keeps the config's bytes when it only changes how the image is stored.
    expect(loaded?.image.id).toBe(image.id);
    expect(loaded?.image.layers.map((layer) => layer.chainId)).toEqual(image.layers.map((layer) => layer.chainId));
  });

  it("loads skopeo's oci-archive with its manifest kept", async () => {
    await run(
      'skopeo',
      'copy',
      '-q',
      `oci:${at('layout')}:v1`,
      `oci-archive:${at('oci.tar')}:docker.io/library/back:v3`,
    );
    const { store: second } = await memoryImageStore();
    const [loaded] = await loadImages(second, await readFile(at('oci.tar')));
    expect(loaded?.names).toEqual(['back:v3']);
    const { descriptor } = await second.manifest(loaded?.image.id ?? image.id);
    expect(descriptor.digest).toBe((await store.manifest(image.id)).descriptor.digest);
  });

  it('loads what umoci has repacked', async () => {
    await writeFile(join(at('bundle/rootfs'), 'added'), 'by umoci');
    await rm(join(at('bundle/rootfs'), 'etc/kept'));
    await run('umoci', 'repack', '--image', `${at('layout')}:repacked`, at('bundle'));
    await run('skopeo', 'copy', '-q', `oci:${at('layout')}:repacked`, `oci-archive:${at('repacked.tar')}:x/y:z`);
    const { store: second } = await memoryImageStore();
    const [loaded] = await loadImages(second, await readFile(at('repacked.tar')));
    const root = await second.rootfs(loaded?.image.layers ?? []);
    const etc = root.children.get('etc');
    const added = root.children.get('added');
    expect(added?.kind === 'file' && new TextDecoder().decode(added.data)).toBe('by umoci');
    expect(etc?.kind === 'directory' && [...etc.children.keys()]).toEqual(['new']);
  });

  it("reads GNU tar's and bsd-style archives of a real tree alike", async () => {
    for (const format of ['gnu', 'pax', 'ustar', 'v7'] as const) {
      const names =
        format === 'v7' || format === 'ustar' ? ['bin', 'etc'] : ['bin', 'etc', 'deep', 'grüße-世界', 'link'];
      await run('tar', `--format=${format}`, '-C', at('bundle/rootfs'), '-cf', at(`${format}.tar`), ...names);
      const entries = readTar(new Uint8Array(await readFile(at(`${format}.tar`))));
      const listed = (await run('tar', '--quoting-style=literal', '-tf', at(`${format}.tar`))).trim().split('\n');
      expect(entries.map((entry) => entry.name)).toEqual(listed);
      const far = entries.find((entry) => entry.name === LONG);
      if (names.includes('deep')) expect(new TextDecoder().decode(far?.data)).toBe('far down');
    }
  });

  it('writes what GNU tar lists and unpacks without a complaint', async () => {
    const tar = writeTar([...BASE, fileEntry('big-owner', 'x', { uid: 3_000_000, gid: 4_000_000_000 })]);
    await writeFile(at('ours.tar'), tar);
    const listing = await run('tar', '--numeric-owner', '-tvf', at('ours.tar'));
    expect(listing).toContain('3000000/4000000000');
    expect(listing).toContain(LONG);
    await writeFile(at('ours.tar.gz'), await gzip(tar));
    expect(await run('gzip', '-lv', at('ours.tar.gz'))).toContain(String(tar.length));
    expect(await run('tar', '-xzOf', at('ours.tar.gz'), LONG)).toBe('far down');
  });

  it('keeps manifests that parse', async () => {
    const { bytes } = await store.manifest(image.id);
    expect(parseManifest(bytes).layers).toHaveLength(2);
  });
});
