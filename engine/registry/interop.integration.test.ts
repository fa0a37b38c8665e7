import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { httpServer } from '../hosts/node/server/http-server.ts';
import { listen } from '../hosts/node/server/listen.ts';
import { type Image, type ImageStore, MEDIA_TYPES, parseReference } from '../image/index.ts';
import { fileEntry, randomImage, seededBytes, testImage } from '../image/testing/random-image.ts';
import { memoryImageStore } from '../image/testing/stores.ts';
import { RegistryClient, RegistryService } from './index.ts';
import { type DockerRegistry, startDockerRegistry } from './testing/docker-registry.ts';
import { memoryRegistry, type TestRegistry } from './testing/memory-registry.ts';

const execute = promisify(execFile);

/** Debian's docker-registry. */
let theirs: DockerRegistry;
let folder: string;
let ours: TestRegistry;
let server: Server;
/** Ours, over HTTP. */
let host: string;

beforeAll(async () => {
  theirs = await startDockerRegistry();
  folder = await mkdtemp(join(tmpdir(), 'drydock-interop-'));
});
afterAll(async () => {
  await theirs?.stop();
  if (folder) await rm(folder, { recursive: true });
});
beforeEach(async () => {
  ours = await memoryRegistry();
  const fetch = (request: Request): Promise<Response> => ours.server.fetch(request);
  server = httpServer({ fetch, upgrade: fetch });
  host = (await listen(server, 'tcp://127.0.0.1:0')).replace('tcp://', '');
  return () => {
    server.closeAllConnections();
    server.close();
  };
});

async function skopeo(...args: string[]): Promise<string> {
  try {
    return (await execute('skopeo', args)).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new Error(
      code === 'ENOENT' ? 'skopeo is missing: apt-get install -y skopeo' : `skopeo ${args.join(' ')}:\n${stderr}`,
    );
  }
}

const copy = (from: string, to: string, ...flags: string[]): Promise<string> =>
  skopeo('copy', '--quiet', '--src-tls-verify=false', '--dest-tls-verify=false', ...flags, from, to);
const digestOf = async (name: string): Promise<string> =>
  (JSON.parse(await skopeo('inspect', '--tls-verify=false', name)) as { Digest: string }).Digest;

/** An engine's half that talks to registries, over the network. */
async function engine(): Promise<{ readonly images: ImageStore; readonly registry: RegistryService }> {
  const { store: images } = await memoryImageStore();
  const client = new RegistryClient({ fetch, mirrors: {}, network: true });
  return { images, registry: new RegistryService(client, images) };
}

/** An image with a layer that is large enough to be sent in chunks. */
async function someImage(images: ImageStore, tags: readonly string[]): Promise<Image> {
  const big = [fileEntry('big', seededBytes(3_000_000, 5))];
  return testImage(images, { layers: [big, [fileEntry('small', 'small')]], tags });
}

describe('skopeo copies', () => {
  it('from our registry to docker-registry and back, with equal digests', async () => {
    const { images, registry } = await engine();
    const image = await someImage(images, [`${host}/team/app:v1`]);
    await registry.push(parseReference(`${host}/team/app:v1`), {});
    const { digest } = (await images.manifest(image.id)).descriptor;

    await copy(`docker://${host}/team/app:v1`, `docker://${theirs.host}/copy/app:v1`);
    expect(await digestOf(`docker://${theirs.host}/copy/app:v1`)).toBe(digest);
    await copy(`docker://${theirs.host}/copy/app:v1`, `docker://${host}/back/app:v2`);
    expect(await digestOf(`docker://${host}/back/app:v2`)).toBe(digest);
    await copy(`docker://${theirs.host}/copy/app:v1`, `docker://${host}/back/app:v3`);
    expect(JSON.parse(await skopeo('list-tags', '--tls-verify=false', `docker://${host}/back/app`))).toEqual({
      Repository: `${host}/back/app`,
      Tags: ['v2', 'v3'],
    });
    await skopeo('delete', '--tls-verify=false', `docker://${host}/back/app:v3`);
    expect((await ours.call('GET', '/v2/back/app/manifests/v2')).status).toBe(404);
  });

  it('Docker’s media types and whole indexes', async () => {
    const { images, registry } = await engine();
    await someImage(images, [`${host}/app:oci`]);
    await registry.push(parseReference(`${host}/app:oci`), {});
    const source = `docker://${host}/app:oci`;
    await copy(source, `docker://${theirs.host}/types:v2s2`, '--format=v2s2');
    await copy(`docker://${theirs.host}/types:v2s2`, `docker://${host}/types:v2s2`);
    const docker = await ours.call('GET', '/v2/types/manifests/v2s2');
    expect(docker.headers.get('Content-Type')).toBe(MEDIA_TYPES.dockerManifest);
    expect(await digestOf(`docker://${host}/types:v2s2`)).toBe(await digestOf(`docker://${theirs.host}/types:v2s2`));

    const oci = await ours.call('GET', '/v2/app/manifests/oci');
    const descriptor = {
      mediaType: MEDIA_TYPES.ociManifest,
      digest: oci.headers.get('Docker-Content-Digest'),
      size: Number(oci.headers.get('Content-Length')),
      platform: { os: 'linux', architecture: '386' },
    };
    await ours.call('PUT', '/v2/app/manifests/all', {
      body: JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [descriptor] }),
      headers: { 'Content-Type': MEDIA_TYPES.ociIndex },
    });
    await copy(`docker://${host}/app:all`, `docker://${theirs.host}/index:all`, '--all');
    await copy(`docker://${theirs.host}/index:all`, `docker://${host}/index:all`, '--all');
    const all = await ours.call('GET', '/v2/index/manifests/all');
    expect(all.headers.get('Content-Type')).toBe(MEDIA_TYPES.ociIndex);
  });

  it('to an OCI layout', async () => {
    const { images, registry } = await engine();
    const image = await someImage(images, [`${host}/app:v1`]);
    await registry.push(parseReference(`${host}/app:v1`), {});
    const layout = `oci:${join(folder, 'layout')}:v1`;
    await copy(`docker://${host}/app:v1`, layout);
    await copy(layout, `docker://${host}/from-layout:v1`);
    const { digest } = (await images.manifest(image.id)).descriptor;
    expect(await digestOf(`docker://${host}/from-layout:v1`)).toBe(digest);
  });
});

describe('our client, over HTTP', () => {
  it('pushes to docker-registry and pulls it back', async () => {
    const one = await engine();
    const image = await someImage(one.images, [`${theirs.host}/mine/app:v1`, `${theirs.host}/mine/second:v1`]);
    const lines: string[] = [];
    const onProgress = (message: object): void => {
      if ('status' in message) lines.push(String(message.status));
    };
    await one.registry.push(parseReference(`${theirs.host}/mine/app:v1`), { onProgress });
    expect(lines.filter((line) => line === 'Pushed')).toHaveLength(2);
    expect(lines).toContain('Pushing');
    const { digest } = (await one.images.manifest(image.id)).descriptor;
    expect(await digestOf(`docker://${theirs.host}/mine/app:v1`)).toBe(digest);
    lines.length = 0;
    await one.registry.push(parseReference(`${theirs.host}/mine/second:v1`), { onProgress });
    expect(lines.filter((line) => line === 'Mounted from mine/app')).toHaveLength(2);
    lines.length = 0;
    await one.registry.push(parseReference(`${theirs.host}/mine/second:v1`), { onProgress });
    expect(lines.filter((line) => line === 'Layer already exists')).toHaveLength(2);

    const two = await engine();
    const pulled = await two.registry.pull(parseReference(`${theirs.host}/mine/app:v1`), {});
    expect(pulled.id).toBe(image.id);
    expect(two.images.names(pulled.id).digests).toEqual([`${theirs.host}/mine/app@${digest}`]);
    await expect(two.registry.pull(parseReference(`${theirs.host}/mine/app:v9`), {})).rejects.toThrow(
      `manifest for ${theirs.host}/mine/app:v9 not found: manifest unknown: manifest unknown`,
    );
  });

  it('pulls and pushes all tags', async () => {
    const one = await engine();
    const tags = Array.from({ length: 3 }, (_, i) => `${theirs.host}/many:v${i}`);
    for (const [i, tag] of tags.entries()) await randomImage(one.images, i, 1, { tags: [tag] });
    await one.registry.pushAll(parseReference(`${theirs.host}/many`, { bare: true }), {});
    const two = await engine();
    const pulled = await two.registry.pullAll(parseReference(`${theirs.host}/many`, { bare: true }), {});
    expect(pulled.flatMap(({ id }) => two.images.names(id).tags).sort()).toEqual(tags);
  });

  it('pulls what skopeo has pushed: Docker’s types', async () => {
    const one = await engine();
    const image = await someImage(one.images, [`${host}/app:v1`]);
    await one.registry.push(parseReference(`${host}/app:v1`), {});
    await copy(`docker://${host}/app:v1`, `docker://${theirs.host}/pull/docker:v1`, '--format=v2s2');
    const two = await engine();
    const pulled = await two.registry.pull(parseReference(`${theirs.host}/pull/docker:v1`), {});
    expect(pulled.layers).toEqual(image.layers);
    const { descriptor } = await two.images.manifest(pulled.id);
    expect(descriptor.mediaType).toBe(MEDIA_TYPES.dockerManifest);
    expect(descriptor.digest).toBe(await digestOf(`docker://${theirs.host}/pull/docker:v1`));
  });

  it('pulls layers in Zstandard, and pushes them as they came', async () => {
    const one = await engine();
    const image = await someImage(one.images, []);
    const layers = [];
    for (const [i, { diffId }] of image.layers.entries()) {
      const path = join(folder, `layer-${i}`);
      await writeFile(path, await one.images.layerTar(diffId));
      await execute('zstd', ['-q', '-f', path]);
      const bytes = new Uint8Array(await readFile(`${path}.zst`));
      layers.push({ mediaType: MEDIA_TYPES.ociLayerZstd, digest: await ours.push('z', bytes), size: bytes.length });
    }
    const config = { mediaType: MEDIA_TYPES.ociConfig, digest: image.id, size: image.configBytes.length };
    await ours.push('z', image.configBytes);
    const body = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers });
    const headers = { 'Content-Type': MEDIA_TYPES.ociManifest };
    expect((await ours.call('PUT', '/v2/z/manifests/v1', { body, headers })).status).toBe(201);

    const two = await engine();
    const pulled = await two.registry.pull(parseReference(`${host}/z:v1`), {});
    expect(pulled.layers).toEqual(image.layers);
    await two.images.tag(`${theirs.host}/z:v1`, pulled.id);
    await two.registry.push(parseReference(`${theirs.host}/z:v1`), {});
    expect(await digestOf(`docker://${theirs.host}/z:v1`)).toBe(await digestOf(`docker://${host}/z:v1`));
  });

  it('says when nobody is there', async () => {
    const { registry, images } = await engine();
    await randomImage(images, 1, 1, { tags: ['127.0.0.1:1/app'] });
    await expect(registry.push(parseReference('127.0.0.1:1/app'), {})).rejects.toThrow(
      /^Get "http:\/\/127\.0\.0\.1:1\/v2\/": (dial tcp 127\.0\.0\.1:1: connect: connection refused|bad port)$/,
    );
  });
});

it('our registry takes a blob of docker’s kind over a real connection', async () => {
  const body = join(folder, 'blob');
  await writeFile(body, seededBytes(2_500_000, 9));
  const { stdout } = await execute('sh', [
    '-c',
    `set -e
digest=sha256:$(sha256sum ${body} | cut -d' ' -f1)
to=$(curl -sf -o /dev/null -D - -X POST http://${host}/v2/curl/blobs/uploads/ | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
curl -sf -X PATCH -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/octet-stream' --data-binary @${body} http://${host}$to
curl -sf -X PUT "http://${host}$to?digest=$digest"
curl -sf -I http://${host}/v2/curl/blobs/$digest
curl -sf http://${host}/v2/curl/blobs/$digest | cmp - ${body} && echo same
curl -sf -r 1000-1999 http://${host}/v2/curl/blobs/$digest | wc -c`,
  ]);
  expect(stdout).toMatch(/content-length: 2500000/i);
  expect(stdout).toMatch(/same\n1000\n$/);
});
