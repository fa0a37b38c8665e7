import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseReference } from '../engine/image/index.ts';
import { memoryImageStore } from '../engine/image/testing/stores.ts';
import { pull, RegistryClient } from '../engine/registry/index.ts';
import { siteServer } from './site-server.ts';

// The static registry that `npm run images` has built, served as the site is.

const execute = promisify(execFile);
let server: Server;
let host: string;
let folder: string;

beforeAll(async () => {
  server = siteServer('public');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'drydock-site-'));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test('can be read by skopeo, image by image, with the digests that our client sees', async () => {
  const { repositories } = JSON.parse(await readFile('public/v2/catalog.json', 'utf8')) as {
    repositories: { name: string; tags: string[] }[];
  };
  expect(repositories.length).toBeGreaterThan(1);
  const client = new RegistryClient({ fetch, mirrors: { 'docker.io': `http://${host}` } });
  for (const [i, { name, tags }] of repositories.entries()) {
    const source = `docker://${host}/library/${name}`;
    const listed = await execute('skopeo', ['list-tags', '--tls-verify=false', source]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ Tags: tags });
    const layout = join(folder, String(i));
    const from = `${source}:${tags[0]}`;
    await execute('skopeo', ['copy', '--quiet', '--src-tls-verify=false', from, `oci:${layout}:copied`]);
    const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
    const { store: images } = await memoryImageStore();
    const image = await pull(parseReference(`${name}:${tags[0]}`), { client, images });
    expect((await images.manifest(image.id)).descriptor.digest).toBe(index.manifests[0].digest);
  }
});

test('says what its files are', async () => {
  const type = async (path: string) => (await fetch(`http://${host}${path}`)).headers.get('Content-Type');
  expect(await type('/v2/library/alpine/manifests/latest')).toBe('application/vnd.oci.image.manifest.v1+json');
  const { layers } = await (await fetch(`http://${host}/v2/library/alpine/manifests/latest`)).json();
  expect(await type(`/v2/library/alpine/blobs/${layers[0].digest}`)).toBe('application/octet-stream');
  for (const path of ['/v2/', '/v2/_catalog', '/v2/library/alpine/tags/list']) {
    expect(await type(path)).toBe('application/json');
  }
});
