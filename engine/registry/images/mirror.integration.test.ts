import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type ImageStore, MEDIA_TYPES, parseReference } from '../../image/index.ts';
import { fileEntry, randomImage, testImage } from '../../image/testing/random-image.ts';
import { memoryImageStore } from '../../image/testing/stores.ts';
import { pull, push, RegistryClient } from '../index.ts';
import { type DockerRegistry, startDockerRegistry } from '../testing/docker-registry.ts';
import { imagesCommand } from './images-command.ts';
import { publish, publishedIn } from './publish.ts';
import { RECIPES } from './recipes/index.ts';
import { staticRegistry } from './static-registry.ts';

const execute = promisify(execFile);

// Building all of them takes ten seconds, and many where two cores do everything at once.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** Debian's docker-registry: the registry whose images are mirrored. */
let upstream: DockerRegistry;
let source: ImageStore;
let folder: string;
let v2: string;
let said: string[];

beforeAll(async () => {
  upstream = await startDockerRegistry();
  source = (await memoryImageStore()).store;
  await randomImage(source, 1, 2, { tags: [`${upstream.host}/library/alpine:3.20`] });
  await testImage(source, {
    layers: [[fileEntry('who', 'upstream')]],
    config: { Labels: { 'org.opencontainers.image.description': 'A tool' } },
    tags: [`${upstream.host}/tool:1`],
  });
  const client = new RegistryClient({ fetch, mirrors: {}, network: true });
  for (const name of ['library/alpine:3.20', 'tool:1']) {
    await push(parseReference(`${upstream.host}/${name}`), { client, images: source });
  }
  // As Docker itself wrote it.
  const alpine = `docker://${upstream.host}/library/alpine`;
  const flags = ['--quiet', '--src-tls-verify=false', '--dest-tls-verify=false', '--format=v2s2'];
  await execute('skopeo', ['copy', ...flags, `${alpine}:3.20`, `${alpine}:docker`]);
  await putIndex('library/alpine', ['amd64', '386']);
  await putIndex('library/foreign', ['amd64', 'arm64']);
});
afterAll(() => upstream?.stop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-mirror-'));
  v2 = join(folder, 'v2');
  said = [];
  const { store } = await memoryImageStore();
  const standIn = await randomImage(store, 9, 1);
  const about = { description: 'ours', standIn: 'this is a stand-in' };
  const published = ['alpine', 'busybox'].map((name) => ({
    references: [parseReference(name)],
    image: standIn,
    about,
  }));
  await publish(v2, await staticRegistry(store, published));
  return () => rm(folder, { recursive: true });
});

async function digestOf(path: string, tag: string): Promise<string> {
  const response = await fetch(`http://${upstream.host}/v2/${path}/manifests/${tag}`, {
    headers: { Accept: `${MEDIA_TYPES.ociManifest}, ${MEDIA_TYPES.dockerManifest}, ${MEDIA_TYPES.ociIndex}` },
  });
  return response.headers.get('Docker-Content-Digest') ?? '';
}

/** An index: alpine:3.20 for linux/386, an image of their own for the others. docker-registry takes none without them. */
async function putIndex(path: string, architectures: readonly string[]): Promise<void> {
  const { store } = await memoryImageStore();
  const other = `${upstream.host}/${path}:other`;
  await testImage(store, { layers: [[fileEntry('for', 'others')]], tags: [other] });
  const client = new RegistryClient({ fetch, mirrors: {}, network: true });
  await push(parseReference(other), { client, images: store });
  const manifests = await Promise.all(
    architectures.map(async (architecture) => {
      const digest = await digestOf(path, architecture === '386' ? '3.20' : 'other');
      const headers = { Accept: MEDIA_TYPES.ociManifest };
      const manifest = await fetch(`http://${upstream.host}/v2/${path}/manifests/${digest}`, { headers });
      const size = (await manifest.arrayBuffer()).byteLength;
      return { mediaType: MEDIA_TYPES.ociManifest, digest, size, platform: { os: 'linux', architecture } };
    }),
  );
  const response = await fetch(`http://${upstream.host}/v2/${path}/manifests/latest`, {
    method: 'PUT',
    headers: { 'Content-Type': MEDIA_TYPES.ociIndex },
    body: JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }),
  });
  expect(response.status, await response.text()).toBe(201);
}

const images = (...args: string[]) => imagesCommand(args, v2, (line) => said.push(line));

/** What a tab gets from the folder. */
async function pulled(name: string) {
  const { store } = await memoryImageStore();
  const fromFolder: typeof fetch = async (input) => {
    const path = decodeURIComponent(new URL(String(input)).pathname).replace('/v2/', '');
    const bytes = await readFile(join(v2, path)).catch(() => undefined);
    return new Response(bytes ? new Uint8Array(bytes) : null, { status: bytes ? 200 : 404 });
  };
  const client = new RegistryClient({ fetch: fromFolder, mirrors: { 'docker.io': 'http://lab.invalid' } });
  const image = await pull(parseReference(name), { client, images: store });
  return { image, digest: store.names(image.id).digests[0]?.replace(/.*@/, '') };
}

it('puts a registry’s image in the place of the stand-in of its name, byte by byte', async () => {
  await images('--upstream', upstream.host, 'alpine:3.20');
  expect(said).toEqual([`alpine:3.20 is mirrored from ${upstream.host}: ${await digestOf('library/alpine', '3.20')}`]);
  const { image, digest } = await pulled('alpine:3.20');
  expect(image.id).toBe(source.find(`${upstream.host}/library/alpine:3.20`)?.id);
  expect(digest).toBe(await digestOf('library/alpine', '3.20'));
  const [alpine, busybox] = await publishedIn(v2);
  expect(alpine).toMatchObject({ name: 'alpine', tags: ['3.20'], upstream: upstream.host });
  expect(alpine?.standIn).toBeUndefined();
  expect(busybox).toMatchObject({ name: 'busybox', tags: ['latest'], standIn: 'this is a stand-in' });
  await pulled('busybox');
  await expect(pulled('alpine')).rejects.toThrow(/Tags of alpine that can be pulled here: 3\.20$/);
});

it('chooses linux/386 from an index, adds tags to a mirrored image, keeps Docker’s own manifests', async () => {
  await images('--upstream', `http://${upstream.host}/`, 'alpine');
  expect((await pulled('alpine')).digest).toBe(await digestOf('library/alpine', '3.20'));
  await images('--upstream', upstream.host, 'alpine:docker', 'tool:1');
  expect((await pulled('alpine:docker')).digest).toBe(await digestOf('library/alpine', 'docker'));
  expect((await pulled('alpine')).digest).toBe(await digestOf('library/alpine', '3.20'));
  // Not below library/ there, but on Docker Hub it would be.
  expect((await pulled('tool:1')).digest).toBe(await digestOf('tool', '1'));
  expect(await publishedIn(v2)).toMatchObject([
    { name: 'alpine', tags: ['latest', 'docker'] },
    { name: 'busybox' },
    { name: 'tool', tags: ['1'], description: 'A tool' },
  ]);
  expect(JSON.parse(await readFile(join(v2, 'library/alpine/tags/list'), 'utf8'))).toEqual({
    name: 'library/alpine',
    tags: ['latest', 'docker'],
  });
});

it('leaves everything as it was if one image cannot be had', async () => {
  const before = await readdir(v2, { recursive: true });
  await expect(images('--upstream', upstream.host, 'alpine:3.20', 'foreign')).rejects.toThrow(
    `no matching manifest for linux/386 in the manifest list entries: ${upstream.host}/library/foreign:latest is there for linux/amd64, linux/arm64`,
  );
  await expect(images('--upstream', upstream.host, 'alpine:3.20', 'nosuch')).rejects.toThrow(/library\/nosuch/);
  await expect(images('--upstream', upstream.host)).rejects.toThrow(/not found|denied/);
  await expect(images('--upstream', '127.0.0.1:1024', 'alpine')).rejects.toThrow(/connection refused/);
  await expect(images('--upstream', 'https://', 'alpine')).rejects.toThrow('https:// is no registry');
  await expect(images('--upstream', upstream.host, 'quay.io/a/b')).rejects.toThrow('quay.io/a/b: name images without');
  await expect(images('--upstream', upstream.host, '--stand-ins')).rejects.toThrow('exclude each other');
  await expect(images('alpine')).rejects.toThrow('names go with --upstream');
  await expect(images('--nosuch')).rejects.toThrow("Unknown option '--nosuch'");
  expect(await readdir(v2, { recursive: true })).toEqual(before);
  expect(await readdir(folder)).toEqual(['v2']);
});

it('keeps mirrored images when the stand-ins are built, until told to forget them', async () => {
  await images('--upstream', upstream.host, 'alpine:3.20');
  said.length = 0;
  await images();
  expect(said[0]).toBe(`alpine stays as mirrored from ${upstream.host}`);
  expect((await publishedIn(v2)).map(({ name }) => name)).toEqual(RECIPES.map(({ name }) => name).sort());
  expect((await pulled('alpine:3.20')).digest).toBe(await digestOf('library/alpine', '3.20'));
  expect((await pulled('hello-world')).image.layers).toHaveLength(1);
  said.length = 0;
  await images();
  expect(said.at(-1)).toBe('up to date in public/v2');
  await images('--stand-ins');
  expect((await publishedIn(v2)).filter((entry) => entry.upstream)).toEqual([]);
  await expect(pulled('alpine:3.20')).rejects.toThrow('manifest for alpine:3.20 not found');
});

it('tells its usage', async () => {
  await images('--help');
  expect(said.join('\n')).toContain('--upstream REGISTRY');
});
