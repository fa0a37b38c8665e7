import { describe, expect, it } from 'vitest';
import { parseReference } from '../image/reference.ts';
import { fileEntry, randomImage, seededBytes, testImage } from '../image/testing/random-image.ts';
import { testLab } from './testing/lab.ts';
import { memoryRegistry } from './testing/memory-registry.ts';

const short = (id: string): string => id.slice(7, 19);

describe('push', () => {
  it('sends an image, tells it in Docker’s words, and gives it a digest', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 3, { tags: ['localhost:5000/app'], config: { Labels: { a: 'b' } } });
    await lab.push('localhost:5000/app:latest');
    const { descriptor } = await lab.images.manifest(image.id);
    const [bottom = '', middle = '', top = ''] = image.layers.map(({ diffId }) => short(diffId));
    expect(lab.lines.slice(0, 4)).toEqual([
      'The push refers to repository [localhost:5000/app]',
      `${top}: Preparing`,
      `${middle}: Preparing`,
      `${bottom}: Preparing`,
    ]);
    expect(lab.lines.slice(4, 7).sort()).toEqual([top, middle, bottom].map((id) => `${id}: Pushed`).sort());
    expect(lab.lines.slice(7)).toEqual([`latest: digest: ${descriptor.digest} size: ${descriptor.size}`]);
    expect(lab.messages.at(-1)).toEqual({
      progressDetail: {},
      aux: { Tag: 'latest', Digest: descriptor.digest, Size: descriptor.size },
    });
    expect(lab.images.names(image.id)).toEqual({
      tags: ['localhost:5000/app:latest'],
      digests: [`localhost:5000/app@${descriptor.digest}`],
    });
    expect(lab.events.past().at(-1)).toMatchObject({
      Action: 'push',
      Actor: { ID: 'localhost:5000/app:latest', Attributes: { name: 'localhost:5000/app', a: 'b' } },
    });
    const stored = await lab.registry.call('GET', '/v2/app/manifests/latest');
    expect(stored.headers.get('Docker-Content-Digest')).toBe(descriptor.digest);
  });

  it('keeps no second copy of what it has sent', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 2, { tags: ['localhost:5000/app'] });
    await lab.push('localhost:5000/app:latest');
    const { manifest } = await lab.images.manifest(image.id);
    for (const { digest } of [...manifest.layers, manifest.config]) {
      const reader = (await lab.registry.call('GET', `/v2/app/blobs/${digest}`)).body?.getReader();
      expect((await reader?.read())?.value).toBe(await lab.images.blob(digest));
    }
  });

  it('sends nothing twice', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 2, { tags: ['localhost:5000/app'] });
    await lab.push('localhost:5000/app:latest');
    await lab.push('localhost:5000/app:latest');
    expect(lab.lines.filter((line) => line.endsWith('Layer already exists'))).toHaveLength(2);
    expect(lab.asked.filter((request) => !/^(GET|HEAD) /.test(request))).toEqual(['PUT /v2/app/manifests/latest']);
    expect(lab.images.names(image.id).digests).toHaveLength(1);
  });

  it('mounts what another repository of the registry has, nearest names first', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 2, {
      tags: ['localhost:5000/team/one', 'localhost:5000/a', 'localhost:5000/team/two'],
    });
    await lab.push('localhost:5000/a:latest');
    await lab.push('localhost:5000/team/one:latest');
    expect(lab.lines.filter((line) => line.endsWith('Mounted from a'))).toHaveLength(2);
    await lab.push('localhost:5000/team/two:latest');
    expect(lab.lines.filter((line) => line.endsWith('Mounted from team/one'))).toHaveLength(2);
    expect(lab.asked.some((request) => /blobs\/uploads\/[0-9a-f]/.test(request))).toBe(true);
    const { manifest } = await lab.images.manifest(image.id);
    for (const { digest } of manifest.layers) {
      expect(lab.asked).toContain(
        `POST /v2/team/two/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=team%2Fone`,
      );
    }
  });

  it('sends what it thought could be mounted, when that is gone', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 1, { tags: ['localhost:5000/a', 'localhost:5000/b'] });
    await lab.push('localhost:5000/a:latest');
    const { manifest } = await lab.images.manifest(image.id);
    await lab.registry.call('DELETE', `/v2/a/blobs/${manifest.layers[0]?.digest}`);
    await lab.push('localhost:5000/b:latest');
    expect(lab.lines.filter((line) => line.endsWith('Pushed'))).toHaveLength(1);
    expect((await lab.registry.call('HEAD', `/v2/b/blobs/${manifest.layers[0]?.digest}`)).status).toBe(200);
  });

  it('sends large layers in chunks, with a bar', async () => {
    const lab = await testLab();
    const bytes = seededBytes(3_000_000, 7);
    const image = await testImage(lab.images, {
      layers: [[fileEntry('big', bytes)]],
      tags: ['localhost:5000/big'],
    });
    await lab.push('localhost:5000/big:latest');
    const size = (await lab.images.manifest(image.id)).manifest.layers[0]?.size ?? 0;
    const bars = lab.messages.flatMap((message) => (message.progressDetail?.total ? [message.progressDetail] : []));
    expect(bars.length).toBeGreaterThan(3);
    expect(bars.at(-1)).toEqual({ current: size, total: size });
    expect(bars.every(({ total }) => total === size)).toBe(true);
    expect(lab.asked.filter((request) => request.startsWith('PATCH ')).length).toBe(bars.length - 1);
  });

  it('lets layers beyond five wait, and sends a layer that is there twice once', async () => {
    const lab = await testLab();
    const layers = ['a', 'b', 'c', 'd', 'e', 'f', 'a'].map((name) => [fileEntry(name, name)]);
    await testImage(lab.images, { layers, tags: ['localhost:5000/deep'] });
    await lab.push('localhost:5000/deep:latest');
    const counted = (word: string) => lab.lines.filter((line) => line.endsWith(`: ${word}`)).length;
    expect([counted('Preparing'), counted('Waiting'), counted('Pushed')]).toEqual([7, 1, 6]);
  });

  it('sends all tags, under one heading', async () => {
    const lab = await testLab();
    await randomImage(lab.images, 1, 1, { tags: ['localhost:5000/app:v1', 'localhost:5000/app:v3'] });
    await randomImage(lab.images, 2, 1, { tags: ['localhost:5000/app:v2', 'localhost:5000/other:v9'] });
    await lab.push('localhost:5000/app');
    expect(lab.lines.filter((line) => line.startsWith('The push refers'))).toHaveLength(1);
    expect(lab.lines.flatMap((line) => /^(v\d): digest/.exec(line)?.[1] ?? [])).toEqual(['v1', 'v2', 'v3']);
    expect(await (await lab.registry.call('GET', '/v2/app/tags/list')).json()).toMatchObject({
      tags: ['v1', 'v2', 'v3'],
    });
    expect(lab.events.past().at(-1)).toMatchObject({ Action: 'push', Actor: { ID: 'localhost:5000/app' } });
  });

  it('keeps the manifest that an image was pulled with', async () => {
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 2, { tags: ['localhost:5000/app'] });
    await lab.push('localhost:5000/app:latest');
    const { digest } = (await lab.images.manifest(image.id)).descriptor;
    await lab.images.remove('localhost:5000/app');
    await lab.pull('localhost:5000/app:latest');
    await lab.images.tag('localhost:5000/second', image.id);
    await lab.push('localhost:5000/second:latest');
    expect((await lab.images.manifest(image.id)).descriptor.digest).toBe(digest);
    expect(lab.images.names(image.id).digests).toContain(`localhost:5000/second@${digest}`);
  });
});

describe('a push that cannot be', () => {
  it('stops when it is told to: no manifest, and no name for one', async () => {
    const stop = new AbortController();
    const lab = await testLab();
    const image = await randomImage(lab.images, 1, 8, { tags: ['localhost:5000/app'] });
    const pushing = lab.service.push(parseReference('localhost:5000/app'), {
      signal: stop.signal,
      onProgress: (message) => {
        if ('status' in message && message.status === 'Pushed') stop.abort(new Error('enough'));
      },
    });
    await expect(pushing).rejects.toThrow('enough');
    expect((await lab.registry.call('GET', '/v2/app/tags/list')).status).toBe(200);
    expect((await lab.registry.call('GET', '/v2/app/manifests/latest')).status).toBe(404);
    expect(lab.asked.some((request) => request.startsWith('PUT /v2/app/manifests'))).toBe(false);
    expect(lab.images.names(image.id).digests).toEqual([]);
    // What was sent is not sent again.
    await lab.push('localhost:5000/app:latest');
    expect(lab.lines.filter((line) => line.endsWith('Layer already exists')).length).toBeGreaterThan(0);
  });

  it('tries a registry that is busy again, and tells the seconds', async () => {
    let busy = 3;
    const registry = await memoryRegistry();
    const lab = await testLab({
      own: {
        hosts: ['localhost:5000'],
        fetch: async (request) => {
          if (request.method === 'PUT' && request.url.includes('/uploads/') && busy-- > 0) {
            return new Response('', { status: 503 });
          }
          return registry.server.fetch(request);
        },
      },
    });
    await randomImage(lab.images, 1, 1, { tags: ['localhost:5000/app'] });
    await lab.push('localhost:5000/app:latest');
    expect(lab.lines.flatMap((line) => / (Retrying.*|Pushed)$/.exec(line)?.[1] ?? [])).toEqual([
      'Retrying in 1 second',
      'Retrying in 2 seconds',
      'Retrying in 1 second',
      'Retrying in 3 seconds',
      'Retrying in 2 seconds',
      'Retrying in 1 second',
      'Pushed',
    ]);
  });

  it.each([
    ['localhost:5000/nope:v1', 'An image does not exist locally with the tag: localhost:5000/nope'],
    ['localhost:5000/nope', 'An image does not exist locally with the tag: localhost:5000/nope'],
    ['nope:latest', 'An image does not exist locally with the tag: nope'],
  ])('says so for %s, whatever registry it would go to', async (name, message) => {
    const lab = await testLab();
    await expect(lab.push(name)).rejects.toThrow(message);
    expect(lab.lines).toEqual([expect.stringMatching(/^The push refers to repository \[/)]);
    expect(lab.asked).toEqual([]);
  });

  it('says what can be done instead', async () => {
    const lab = await testLab({ mirrors: { 'docker.io': 'http://lab' } });
    await randomImage(lab.images, 1, 1, { tags: ['app', 'me/app:v1', 'registry.example/a/b'] });
    await expect(lab.push('app:latest')).rejects.toMatchObject({
      code: 'denied',
      message:
        "denied: requested access to the resource is denied: docker.io can only be pulled from here. To push to this engine's own registry: docker tag app localhost:5000/app && docker push localhost:5000/app",
    });
    await expect(lab.push('me/app:v1')).rejects.toThrow(
      'docker tag me/app:v1 localhost:5000/me/app:v1 && docker push localhost:5000/me/app:v1',
    );
    await expect(lab.push('registry.example/a/b:latest')).rejects.toMatchObject({
      code: 'no-mirror',
      message: expect.stringMatching(
        /^registry registry\.example cannot be reached from here, so registry\.example\/a\/b cannot be pushed\. To push .* docker tag registry\.example\/a\/b localhost:5000\/a\/b/,
      ),
    });
  });
});
