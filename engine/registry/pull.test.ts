import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventLog } from '../events/event-log.ts';
import { encodeJson, type Image, type ImageStore, parseReference, sha256 } from '../image/index.ts';
import { randomImage } from '../image/testing/random-image.ts';
import { memoryImageStore } from '../image/testing/stores.ts';
import type { BlobStore } from '../stores/blob-store.ts';
import { staticRegistry } from './images/static-registry.ts';
import { type PullProgress, pull, RegistryClient, STAND_IN_LABEL } from './index.ts';
import { testLab } from './testing/lab.ts';
import { staticHost } from './testing/static-host.ts';

const ALPINE = parseReference('alpine');
const NOTE = 'this alpine is a stand-in';

let published: ReadonlyMap<string, Uint8Array>;
let image: Image;
let source: ImageStore;

beforeAll(async () => {
  source = (await memoryImageStore()).store;
  image = await randomImage(source, 1, 3, { config: { Labels: { [STAND_IN_LABEL]: NOTE } } });
  published = await staticRegistry(source, [
    { references: [ALPINE], image, about: { description: 'a test' } },
    {
      references: [parseReference('busybox:1')],
      image: await randomImage(source, 2, 1),
      about: { description: 'another' },
    },
  ]);
});

/** The registry's files with some replaced, or taken away by `undefined`. */
function files(changes: Record<string, Uint8Array | undefined> = {}): ReadonlyMap<string, Uint8Array> {
  const changed = new Map(published);
  for (const [path, bytes] of Object.entries(changes)) {
    if (bytes) changed.set(path, bytes);
    else changed.delete(path);
  }
  return new Map([...changed].map(([path, bytes]) => [`v2/${path}`, bytes]));
}

interface Setup {
  readonly images: ImageStore;
  readonly blobs: BlobStore;
  readonly events: EventLog;
  readonly lines: PullProgress[];
  pull(name?: string, signal?: AbortSignal): Promise<Image>;
}

async function setUp(fetch: typeof globalThis.fetch = staticHost(files())): Promise<Setup> {
  const { store: images, blobs, events } = await memoryImageStore();
  const client = new RegistryClient({ fetch, mirrors: { 'docker.io': 'http://lab/' } });
  const lines: PullProgress[] = [];
  return {
    images,
    blobs,
    events,
    lines,
    pull: (name = 'alpine', signal) =>
      pull(parseReference(name), { client, images, signal, onProgress: (line) => lines.push(line) }),
  };
}

describe('pull', () => {
  it('stores the image that was published, with its digest and name', async () => {
    const { images, pull, events } = await setUp();
    const pulled = await pull();
    const { digest } = (await source.manifest(image.id)).descriptor;
    expect(pulled).toMatchObject({ id: image.id, manifest: digest, layers: image.layers });
    expect(images.find('alpine')).toEqual(pulled);
    expect(images.names(image.id)).toEqual({ tags: ['alpine:latest'], digests: [`alpine@${digest}`] });
    expect((await images.manifest(image.id)).descriptor.digest).toBe(digest);
    expect(events.past()).toMatchObject([
      { Action: 'pull', Actor: { ID: 'alpine:latest', Attributes: { name: 'alpine' } } },
    ]);
  });

  it('tells its progress in Docker’s words', async () => {
    const { pull, lines } = await setUp();
    await pull();
    const { descriptor, manifest } = await source.manifest(image.id);
    expect(lines[0]).toEqual({ id: 'latest', status: 'Pulling from library/alpine' });
    for (const { digest, size } of manifest.layers) {
      const mine = lines.filter(({ id }) => id === digest.slice(7, 19));
      expect(mine.map(({ status }) => status).filter((status, i, all) => status !== all[i - 1])).toEqual([
        'Pulling fs layer',
        'Downloading',
        'Verifying Checksum',
        'Download complete',
        'Extracting',
        'Pull complete',
      ]);
      expect(mine.findLast(({ status }) => status === 'Downloading')?.progressDetail).toEqual({
        current: size,
        total: size,
      });
    }
    expect(lines.slice(-3).map(({ status }) => status)).toEqual([
      `Note: ${NOTE}`,
      `Digest: ${descriptor.digest}`,
      'Status: Downloaded newer image for alpine:latest',
    ]);
  });

  it('asks for nothing that is here already', async () => {
    const fetch = vi.fn(staticHost(files()));
    const { pull, lines } = await setUp(fetch);
    await pull();
    fetch.mockClear();
    lines.length = 0;
    await pull();
    expect(fetch.mock.calls.map(([url]) => url)).toEqual(['http://lab/v2/library/alpine/manifests/latest']);
    expect(lines.at(-1)?.status).toBe('Status: Image is up to date for alpine:latest');
    expect(lines.some(({ status }) => status === 'Pulling fs layer')).toBe(false);
  });

  it('says which layers exist already', async () => {
    const { pull, images, lines } = await setUp();
    await pull();
    const two = (await source.manifest(image.id)).manifest.layers.slice(0, 1);
    const config = encodeJson({ ...image.config, rootfs: { type: 'layers', diff_ids: [image.layers[0]?.diffId] } });
    const configDescriptor = { mediaType: '', digest: await sha256(config), size: config.length };
    const manifest = encodeJson({ schemaVersion: 2, config: configDescriptor, layers: two });
    const client = new RegistryClient({
      fetch: staticHost(
        files({
          'library/alpine/manifests/next': manifest,
          [`library/alpine/blobs/${configDescriptor.digest}`]: config,
        }),
      ),
      mirrors: { 'docker.io': 'http://lab' },
    });
    lines.length = 0;
    await pullWith(client, images, lines);
    expect(lines.map(({ status }) => status)).toContain('Already exists');
    expect(lines.map(({ status }) => status)).not.toContain('Downloading');
  });

  const pullWith = (client: RegistryClient, images: ImageStore, lines: PullProgress[]) =>
    pull(parseReference('alpine:next'), { client, images, onProgress: (line) => lines.push(line) });

  it('pulls by digest, without making a tag', async () => {
    const { pull, images, lines } = await setUp();
    const { digest } = (await source.manifest(image.id)).descriptor;
    await pull(`alpine@${digest}`);
    expect(lines[0]).toEqual({
      id: `docker.io/library/alpine@${digest}`,
      status: 'Pulling from library/alpine',
    });
    expect(images.names(image.id)).toEqual({ tags: [], digests: [`alpine@${digest}`] });
  });

  it('chooses linux/386 from an index and records the index’s digest', async () => {
    const { descriptor } = await source.manifest(image.id);
    const other = {
      ...descriptor,
      digest: await sha256(new Uint8Array(1)),
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    };
    const index = encodeJson({
      schemaVersion: 2,
      manifests: [other, { ...descriptor, platform: { os: 'linux', architecture: '386' } }],
    });
    const { pull, images } = await setUp(staticHost(files({ 'library/alpine/manifests/latest': index })));
    await pull();
    expect(images.names(image.id).digests).toEqual([`alpine@${await sha256(index)}`]);

    const unsaid = encodeJson({ schemaVersion: 2, manifests: [other, descriptor] });
    const third = await setUp(staticHost(files({ 'library/alpine/manifests/latest': unsaid })));
    expect((await third.pull()).id).toBe(image.id);

    const foreign = encodeJson({ schemaVersion: 2, manifests: [other] });
    const second = await setUp(staticHost(files({ 'library/alpine/manifests/latest': foreign })));
    await expect(second.pull()).rejects.toMatchObject({
      code: 'platform',
      message:
        'no matching manifest for linux/386 in the manifest list entries: alpine:latest is there for linux/arm64/v8',
    });
  });
});

describe('a pull of several layers', () => {
  it('unpacks those that are here while others are on their way', async () => {
    const { manifest } = await source.manifest(image.id);
    const last = manifest.layers.at(-1)?.digest ?? '';
    const host = staticHost(files());
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { pull, lines } = await setUp(async (input, init) => {
      if (String(input).endsWith(last)) await released;
      return host(input, init);
    });
    const pulled = pull();
    const complete = () => lines.filter(({ status }) => status === 'Pull complete').map(({ id }) => id);
    await vi.waitFor(() => expect(complete()).toHaveLength(2));
    release();
    await pulled;
    expect(complete()).toEqual(manifest.layers.map(({ digest }) => digest.slice(7, 19)));
  });

  it('stops the others when one of them is no layer', async () => {
    const { manifest } = await source.manifest(image.id);
    const last = manifest.layers.at(-1)?.digest ?? '';
    const swapped = { ...manifest, layers: [manifest.layers[1], manifest.layers[0], manifest.layers[2]] };
    const host = staticHost(files({ 'library/alpine/manifests/latest': encodeJson(swapped) }));
    const { pull, blobs } = await setUp(async (input, init) => {
      if (!String(input).endsWith(last)) return host(input, init);
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    });
    await expect(pull()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('unpacks to') });
    expect(await blobs.list()).toEqual([]);
  });
});

describe('a pull that fails', () => {
  it.each([
    ['a layer', 1],
    ['the config', -1],
  ] as const)('for %s with other bytes names its digest and stores nothing', async (_, layer) => {
    const { manifest } = await source.manifest(image.id);
    const digest = layer < 0 ? manifest.config.digest : manifest.layers[layer]?.digest;
    const path = `library/alpine/blobs/${digest}`;
    const damaged = published.get(path)?.map((byte, i) => (i === 30 ? byte ^ 1 : byte));
    const { pull, blobs, images } = await setUp(staticHost(files({ [path]: damaged })));
    await expect(pull()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(digest ?? '?') });
    expect(await blobs.list()).toEqual([]);
    expect(images.list({ all: true })).toEqual([]);
  });

  it('for a layer that unpacks to something else stores nothing', async () => {
    const { manifest, bytes } = await source.manifest(image.id);
    const swapped = { ...manifest, layers: [manifest.layers[1], manifest.layers[0], manifest.layers[2]] };
    const { pull, blobs } = await setUp(staticHost(files({ 'library/alpine/manifests/latest': encodeJson(swapped) })));
    expect(bytes.length).toBe(encodeJson(swapped).length);
    await expect(pull()).rejects.toMatchObject({ code: 'corrupt' });
    expect(await blobs.list()).toEqual([]);
  });

  it.each([0, 2, 4])('for a config of %i layers fetches none of three', async (count) => {
    const { manifest } = await source.manifest(image.id);
    const diff_ids = Array.from({ length: count }, (_, i) => image.config.rootfs.diff_ids[i % 3]);
    const config = encodeJson({ ...image.config, rootfs: { type: 'layers', diff_ids } });
    const digest = await sha256(config);
    const other = { ...manifest, config: { ...manifest.config, digest, size: config.length } };
    const fetch = vi.fn(
      staticHost(
        files({
          'library/alpine/manifests/latest': encodeJson(other),
          [`library/alpine/blobs/${digest}`]: config,
        }),
      ),
    );
    const { pull, blobs } = await setUp(fetch);
    await expect(pull()).rejects.toThrow(`invalid manifest, layers length mismatch: expected ${count}, got 3`);
    expect(fetch.mock.calls).toHaveLength(2);
    expect(await blobs.list()).toEqual([]);
  });

  it('for a config that is to be huge does not fetch it', async () => {
    const { manifest } = await source.manifest(image.id);
    const huge = { ...manifest, config: { ...manifest.config, size: 2 ** 40 } };
    const { pull } = await setUp(staticHost(files({ 'library/alpine/manifests/latest': encodeJson(huge) })));
    await expect(pull()).rejects.toThrow('is to have 1099511627776 bytes: too many');
  });

  it.each([
    [
      'foo',
      'denied',
      "pull access denied for foo, repository does not exist or may require 'docker login': denied: requested access to the resource is denied. Images that can be pulled here: alpine, busybox:1",
    ],
    [
      'alpine:9',
      'manifest-unknown',
      'manifest for alpine:9 not found: manifest unknown: manifest unknown. Tags of alpine that can be pulled here: latest',
    ],
    [
      'ghcr.io/a/b',
      'no-mirror',
      'registry ghcr.io cannot be reached from here, so ghcr.io/a/b:latest cannot be pulled: this lab pulls from docker.io only. Images that can be pulled here: alpine, busybox:1',
    ],
  ])('for %s says what can be pulled', async (name, code, message) => {
    await expect((await setUp()).pull(name)).rejects.toMatchObject({ code, message });
  });

  it('takes a page that a host answers everything with for what it is', async () => {
    const page: typeof fetch = async () => new Response('<!doctype html><title>Lab</title>');
    await expect((await setUp(page)).pull()).rejects.toMatchObject({ code: 'denied' });
  });

  it('says when the host fails or is not there', async () => {
    await expect((await setUp(async () => new Response('', { status: 503 }))).pull()).rejects.toThrow(
      'received unexpected HTTP status: 503: http://lab/v2/library/alpine/manifests/latest',
    );
    const gone = async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    };
    await expect((await setUp(gone)).pull()).rejects.toThrow(
      'Get "http://lab/v2/library/alpine/manifests/latest": connect ECONNREFUSED',
    );
  });

  it('stops when it is told to, and stores nothing', async () => {
    const stop = new AbortController();
    const host = staticHost(files());
    const { pull, blobs } = await setUp(async (input, init) => {
      if (String(input).includes('/blobs/')) stop.abort(new Error('enough'));
      return host(input, init);
    });
    await expect(pull('alpine', stop.signal)).rejects.toThrow('enough');
    expect(await blobs.list()).toEqual([]);
  });
});

describe('pull from the engine’s own registry', () => {
  it('brings back what was removed, under the same ID', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 5, { tags: ['localhost:5000/app'] });
    await lab.push('localhost:5000/app:latest');
    await lab.images.remove('localhost:5000/app');
    expect(lab.images.list({ all: true })).toEqual([]);
    await lab.pull('localhost:5000/app:latest');
    expect(lab.images.find('localhost:5000/app').id).toBe(image.id);
    const ids = (await lab.images.manifest(image.id)).manifest.layers.map(({ digest }) => digest.slice(7, 19));
    expect(lab.lines.slice(0, 8)).toEqual([
      'latest: Pulling from app',
      ...ids.map((id) => `${id}: Pulling fs layer`),
      // Three at a time.
      ...ids.slice(3).map((id) => `${id}: Waiting`),
    ]);
    expect(lab.lines.at(-1)).toBe('Status: Downloaded newer image for localhost:5000/app:latest');
    // 127.0.0.1 is the same registry.
    await lab.pull('127.0.0.1:5000/app:latest');
    expect(lab.images.names(image.id).tags).toEqual(['127.0.0.1:5000/app:latest', 'localhost:5000/app:latest']);
  });

  it('moves a tag, and leaves the image that had it', async () => {
    const lab = await testLab();
    const old = await randomImage(lab.images, 1, 1, { tags: ['localhost:5000/app'] });
    await lab.push('localhost:5000/app:latest');
    const newer = await randomImage(lab.images, 2, 1, { tags: ['localhost:5000/next:v1'] });
    await lab.push('localhost:5000/next:v1');
    const manifest = await (await lab.registry.call('GET', '/v2/next/manifests/v1')).text();
    for (const { digest } of (await lab.images.manifest(newer.id)).manifest.layers) {
      await lab.registry.call('POST', `/v2/app/blobs/uploads/?mount=${digest}&from=next`);
    }
    await lab.registry.call('POST', `/v2/app/blobs/uploads/?mount=${newer.id}&from=next`);
    const put = await lab.registry.call('PUT', '/v2/app/manifests/latest', {
      body: new TextEncoder().encode(manifest),
    });
    expect(put.status).toBe(201);
    await lab.pull('localhost:5000/app:latest');
    expect(lab.lines.at(-1)).toBe('Status: Downloaded newer image for localhost:5000/app:latest');
    expect(lab.images.find('localhost:5000/app').id).toBe(newer.id);
    expect(lab.images.names(old.id)).toMatchObject({
      tags: [],
      digests: [expect.stringMatching(/^localhost:5000\/app@/)],
    });
  });

  it('takes every tag, with one line about all of them', async () => {
    const lab = await testLab();
    await randomImage(lab.images, 1, 1, { tags: ['localhost:5000/app:v1', 'localhost:5000/app:v2'] });
    await lab.push('localhost:5000/app');
    await lab.images.remove('localhost:5000/app:v1');
    await lab.images.remove('localhost:5000/app:v2');
    await lab.pull('localhost:5000/app');
    expect(lab.lines.filter((line) => /Pulling from|^Status|^Digest/.test(line))).toEqual([
      'v1: Pulling from app',
      expect.stringMatching(/^Digest: sha256:/),
      'v2: Pulling from app',
      expect.stringMatching(/^Digest: sha256:/),
      'Status: Downloaded newer image for localhost:5000/app',
    ]);
    await lab.pull('localhost:5000/app');
    expect(lab.lines.at(-1)).toBe('Status: Image is up to date for localhost:5000/app');
    expect(lab.events.past().at(-1)).toMatchObject({ Action: 'pull', Actor: { ID: 'localhost:5000/app' } });
  });

  it('says what is there, when what is asked for is not', async () => {
    const lab = await testLab();
    await expect(lab.pull('localhost:5000/app:v1')).rejects.toThrow(
      'manifest for localhost:5000/app:v1 not found: manifest unknown: manifest unknown. Nothing has been pushed to localhost:5000/app: docker push localhost:5000/app does that',
    );
    await expect(lab.pull('localhost:5000/app')).rejects.toThrow(
      'repository localhost:5000/app not found: name unknown: repository name not known to registry',
    );
    await randomImage(lab.images, 1, 1, { tags: ['localhost:5000/app:v2', 'localhost:5000/app:v3'] });
    await lab.push('localhost:5000/app');
    await expect(lab.pull('localhost:5000/app:v1')).rejects.toThrow(
      'manifest for localhost:5000/app:v1 not found: manifest unknown: manifest unknown. Tags of localhost:5000/app that can be pulled: v2, v3',
    );
  });

  it('tells what a name stands for without pulling it', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 1, { tags: ['localhost:5000/app'] });
    await lab.push('localhost:5000/app:latest');
    const { descriptor } = await lab.images.manifest(image.id);
    await lab.images.remove('localhost:5000/app');
    expect(await lab.service.inspect(parseReference('localhost:5000/app'))).toEqual({
      Descriptor: descriptor,
      Platforms: [{ architecture: '386', os: 'linux' }],
    });
    expect(lab.images.list({ all: true })).toEqual([]);
  });
});

describe('search and login', () => {
  it('find what can be pulled, and say what they cannot do', async () => {
    const host = staticHost(files());
    const { service } = await testLab({ mirrors: { 'docker.io': 'http://lab' }, fetch: host });
    const entry = { star_count: 0, is_official: false, is_automated: false };
    expect(await service.search('BUSY')).toEqual([{ name: 'busybox', description: 'another', ...entry }]);
    expect(await service.search('test')).toEqual([{ name: 'alpine', description: 'a test', ...entry }]);
    expect(await service.search('nothing')).toEqual([]);
    await expect(service.search('localhost:5000/x')).rejects.toThrow('localhost:5000 cannot be searched from here');
    expect(() => service.logIn('localhost:5000')).not.toThrow();
    expect(() => service.logIn('http://localhost:5000/v2/')).not.toThrow();
    for (const address of ['', 'https://index.docker.io/v1/', 'docker.io']) {
      expect(() => service.logIn(address)).toThrow('login attempt to docker.io failed');
    }
    expect(() => service.logIn('registry.example')).toThrow('login attempt to registry.example failed');
  });
});
