import { describe, expect, it } from 'vitest';
import { sha256 } from '../../image/digest.ts';
import { MEDIA_TYPES } from '../../image/documents.ts';
import { parseReference } from '../../image/reference.ts';
import { seededBytes } from '../../image/testing/random-image.ts';
import { parseChallenge } from './challenge.ts';
import { endpointOf } from './endpoint.ts';
import { describeFailure } from './failure.ts';
import { RegistryClient } from './registry-client.ts';

const REFERENCE = parseReference('registry.example/team/app:v1');
const MANIFEST = new Blob([
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: { mediaType: MEDIA_TYPES.ociConfig, digest: `sha256:${'a'.repeat(64)}`, size: 2 },
    layers: [],
  }),
]);

interface Asked {
  readonly url: string;
  readonly method: string;
  readonly authorization: string | null;
  readonly range: string | null;
}

/** A client of somebody's registry on the network, and what it asks. */
function setUp(answer: (asked: Asked, count: number) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const waits: number[] = [];
  const client = new RegistryClient({
    mirrors: {},
    network: true,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { method, url, headers } = request;
      asked.push({ url, method, authorization: headers.get('Authorization'), range: headers.get('Range') });
      return answer(asked.at(-1) as Asked, asked.length);
    },
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
  });
  return { client, asked, waits };
}

const unauthorized = (challenge: string) =>
  Response.json(
    { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] },
    { status: 401, headers: { 'WWW-Authenticate': challenge } },
  );
const CHALLENGE =
  'Bearer realm="https://auth.example/token?x=1",service="registry.example",scope="repository:team/app:pull"';

describe('where a registry is', () => {
  const options = { fetch, mirrors: { 'docker.io': 'https://lab/base/' }, network: true };

  it.each([
    ['docker.io', 'https://lab/base', 'mirror'],
    ['registry.example', 'https://registry.example', 'network'],
    ['registry.example:5000', 'https://registry.example:5000', 'network'],
    ['localhost:5001', 'http://localhost:5001', 'network'],
    ['127.0.0.1:5001', 'http://127.0.0.1:5001', 'network'],
    ['[::1]:5001', 'http://[::1]:5001', 'network'],
    ['localhost', 'http://localhost', 'network'],
    ['localhost.example', 'https://localhost.example', 'network'],
    ['constructor', 'https://constructor', 'network'],
  ])('%s is %s', (domain, url, kind) => {
    expect(endpointOf(domain, options)).toMatchObject({ url, kind });
  });

  it('is here for the engine’s own, and nowhere for others where there is no network', async () => {
    const own = { hosts: ['localhost:5000'], fetch: async () => new Response('mine') };
    const endpoint = endpointOf('localhost:5000', { ...options, network: false, own });
    expect(endpoint).toMatchObject({ url: 'http://localhost:5000', kind: 'own' });
    expect(await (await endpoint?.fetch('http://localhost:5000/v2/'))?.text()).toBe('mine');
    expect(endpointOf('localhost:5001', { ...options, network: false, own })).toBeUndefined();
  });
});

describe('a registry that wants a token of everybody', () => {
  const registry = (asked: Asked): Response => {
    if (asked.url.startsWith('https://auth.example/')) return Response.json({ token: 'abc', expires_in: 300 });
    return asked.authorization === 'Bearer abc' ? new Response(MANIFEST) : unauthorized(CHALLENGE);
  };

  it('gets one, without a name, and the same one again', async () => {
    const { client, asked } = setUp(registry);
    expect((await client.manifest(REFERENCE)).digest).toBe(await sha256(new Uint8Array(await MANIFEST.arrayBuffer())));
    await client.manifest(REFERENCE);
    const manifest = 'https://registry.example/v2/team/app/manifests/v1';
    expect(asked.map(({ url, authorization }) => [url, authorization])).toEqual([
      [manifest, null],
      ['https://auth.example/token?x=1&service=registry.example&scope=repository%3Ateam%2Fapp%3Apull', null],
      [manifest, 'Bearer abc'],
      [manifest, 'Bearer abc'],
    ]);
  });

  it('is asked again when a token has run out', async () => {
    let good = 'one';
    const { client, asked } = setUp((each) => {
      if (each.url.startsWith('https://auth.example/')) return Response.json({ access_token: good });
      return each.authorization === `Bearer ${good}` ? new Response(MANIFEST) : unauthorized(CHALLENGE);
    });
    await client.manifest(REFERENCE);
    good = 'two';
    await client.manifest(REFERENCE);
    expect(asked.map(({ authorization }) => authorization)).toEqual([
      null,
      null,
      'Bearer one',
      'Bearer one',
      null,
      'Bearer two',
    ]);
  });

  it.each([
    ['gives none', () => Response.json({}), CHALLENGE],
    ['refuses', () => new Response('no', { status: 403 }), CHALLENGE],
    ['gives something else', () => Response.json({ token: 'a\nb' }), CHALLENGE],
    ['wants a password', undefined, 'Basic realm="x"'],
    ['says nothing', undefined, ''],
    ['has its tokens in the clear', undefined, 'Bearer realm="http://auth.example/token"'],
    ['has no address', undefined, 'Bearer realm="nowhere"'],
    ['has a file', undefined, 'Bearer realm="file:///etc/passwd"'],
  ])('that %s is one that cannot be pulled from', async (_, token, challenge) => {
    const { client, asked } = setUp(({ url }) =>
      url.startsWith('https://registry.example/') ? unauthorized(challenge) : (token?.() ?? new Response()),
    );
    await expect(client.manifest(REFERENCE)).rejects.toMatchObject({
      code: 'denied',
      message:
        "pull access denied for registry.example/team/app, repository does not exist or may require 'docker login': unauthorized: authentication required",
    });
    expect(asked).toHaveLength(token ? 2 : 1);
  });
});

describe('a challenge', () => {
  it.each([
    [
      'Bearer realm="https://a/b",service="c d",scope="x:y:pull,push"',
      'bearer',
      { realm: 'https://a/b', service: 'c d', scope: 'x:y:pull,push' },
    ],
    ['Bearer realm = "a\\"b" , error=invalid_token', 'bearer', { realm: 'a"b', error: 'invalid_token' }],
    ['Basic realm=x', 'basic', { realm: 'x' }],
    ['Negotiate', 'negotiate', {}],
  ])('%s is read', (header, scheme, parameters) => {
    expect(parseChallenge(header)).toEqual({ scheme, parameters });
  });

  it('may be missing', () => {
    expect([parseChallenge(null), parseChallenge(''), parseChallenge('"')]).toEqual([undefined, undefined, undefined]);
  });
});

describe('a blob', () => {
  const content = new Uint8Array(seededBytes(100_000, 3));
  const blob = async () => ({
    mediaType: MEDIA_TYPES.ociLayerGzip,
    digest: await sha256(content),
    size: content.length,
  });

  /** A body that breaks off after so many bytes. */
  const broken = (from: number, to: number) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (from < to) controller.enqueue(content.slice(from, to));
        from = to;
        if (controller.desiredSize === 1) controller.error(new TypeError('terminated'));
      },
    });
  const rest = (range: string | null): Response => {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const headers = { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` };
    return from > 0 ? new Response(content.slice(from), { status: 206, headers }) : new Response(content);
  };

  it('goes on where it broke off', async () => {
    const { client, asked, waits } = setUp(({ range }, count) =>
      count === 1 ? new Response(broken(0, 40_000)) : rest(range),
    );
    const progress: number[] = [];
    const retries: number[] = [];
    const bytes = await client.blob(REFERENCE, await blob(), {
      onProgress: (current) => progress.push(current),
      onRetry: (seconds) => retries.push(seconds),
    });
    expect(bytes).toEqual(content);
    expect(asked.map(({ range }) => range)).toEqual([null, 'bytes=40000-']);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect([retries, waits]).toEqual([[1], [1000]]);
  });

  it('begins anew at a registry that knows no ranges, or whose blob is another one now', async () => {
    const whole = setUp((_, count) => new Response(count === 1 ? broken(0, 40_000) : content));
    expect(await whole.client.blob(REFERENCE, await blob())).toEqual(content);
    const shrunk = setUp((_, count) => {
      if (count === 1) return new Response(broken(0, 40_000));
      return count === 2 ? new Response(null, { status: 416 }) : new Response(content);
    });
    expect(await shrunk.client.blob(REFERENCE, await blob())).toEqual(content);
    expect(shrunk.asked.map(({ range }) => range)).toEqual([null, 'bytes=40000-', null]);
  });

  it('is asked for five times', async () => {
    const busy = setUp((_, count) => (count < 5 ? new Response('', { status: 503 }) : new Response(content)));
    expect(await busy.client.blob(REFERENCE, await blob())).toEqual(content);
    expect(busy.waits).toHaveLength(1 + 2 + 3 + 4);
    const dead = setUp(() => new Response('', { status: 503 }));
    await expect(dead.client.blob(REFERENCE, await blob())).rejects.toMatchObject({ code: 'unavailable' });
    expect(dead.asked).toHaveLength(5);
  });

  it('that is not there, is another one or has another size is asked for once', async () => {
    const missing = setUp(() => new Response('', { status: 404 }));
    await expect(missing.client.blob(REFERENCE, await blob())).rejects.toMatchObject({ code: 'refused' });
    const other = setUp(() => new Response(new Uint8Array(seededBytes(100_000, 4))));
    await expect(other.client.blob(REFERENCE, await blob())).rejects.toThrow('filesystem layer verification failed');
    const sized = setUp(() => new Response(content));
    await expect(sized.client.blob(REFERENCE, { ...(await blob()), size: 100_001 })).rejects.toThrow(
      'has 100000 bytes, its manifest says 100001',
    );
    for (const { asked } of [missing, other, sized]) expect(asked).toHaveLength(1);
  });

  it('that never ends is not read to its end', async () => {
    let given = 0;
    const { client } = setUp(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              given += 1;
              controller.enqueue(new Uint8Array(10_000));
            },
          }),
        ),
    );
    await expect(client.blob(REFERENCE, await blob())).rejects.toMatchObject({ code: 'corrupt' });
    expect(given).toBeLessThan(20);
  });

  it('stops waiting when it is called off', async () => {
    const stop = new AbortController();
    const client = new RegistryClient({
      mirrors: {},
      network: true,
      fetch: async () => {
        setTimeout(() => stop.abort(new Error('enough')), 5);
        return new Response('', { status: 503 });
      },
    });
    await expect(client.blob(REFERENCE, await blob(), { signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('tags', () => {
  it('are read page by page', async () => {
    const { client, asked } = setUp(({ url }) =>
      url.includes('last=b')
        ? Response.json({ name: 'team/app', tags: ['c'] })
        : Response.json(
            { name: 'team/app', tags: ['a', 'b'] },
            { headers: { Link: '</v2/team/app/tags/list?n=2&last=b>; rel="next"' } },
          ),
    );
    expect(await client.tags(REFERENCE)).toEqual(['a', 'b', 'c']);
    expect(asked.map(({ url }) => url)).toEqual([
      'https://registry.example/v2/team/app/tags/list',
      'https://registry.example/v2/team/app/tags/list?n=2&last=b',
    ]);
  });

  it('end, even if a registry never says so', async () => {
    const { client, asked } = setUp(() =>
      Response.json({ tags: null }, { headers: { Link: '</v2/team/app/tags/list>; rel=next' } }),
    );
    expect(await client.tags(REFERENCE)).toEqual([]);
    expect(asked).toHaveLength(100);
  });
});

describe('a manifest', () => {
  it.each([
    [
      404,
      { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' },
      'manifest for registry.example/team/app:v1 not found: manifest unknown: manifest unknown',
    ],
    [
      404,
      { code: 'NAME_UNKNOWN', message: 'repository name not known to registry' },
      'repository registry.example/team/app not found: name unknown: repository name not known to registry',
    ],
    [404, undefined, 'manifest for registry.example/team/app:v1 not found: manifest unknown: manifest unknown'],
    [
      403,
      { code: 'DENIED', message: 'requested access to the resource is denied' },
      "pull access denied for registry.example/team/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    [500, { code: 'UNKNOWN' }, 'unknown: unknown: https://registry.example/v2/team/app/manifests/v1'],
    [502, undefined, 'received unexpected HTTP status: 502: https://registry.example/v2/team/app/manifests/v1'],
  ])('that is refused with %i is so in Docker’s words', async (status, error, message) => {
    const { client } = setUp(() =>
      error ? Response.json({ errors: [error] }, { status }) : new Response('<html>', { status }),
    );
    await expect(client.manifest(REFERENCE)).rejects.toThrow(message);
  });

  it('is not read for ever', async () => {
    const { client } = setUp(
      () =>
        new Response(
          new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20).fill(0x20)) }),
        ),
    );
    await expect(client.manifest(REFERENCE)).rejects.toThrow('manifest of more than 4194304 bytes');
  });

  it('of an index that leads to itself is refused', async () => {
    const { client } = setUp(async ({ url }) => {
      const digest = url.split('/').at(-1)?.startsWith('sha256') ? url.split('/').at(-1) : `sha256:${'b'.repeat(64)}`;
      return Response.json({
        schemaVersion: 2,
        manifests: [{ digest, size: 1, mediaType: '', platform: { os: 'linux', architecture: '386' } }],
      });
    });
    await expect(client.manifest(REFERENCE)).rejects.toMatchObject({ code: 'corrupt' });
  });
});

it('tells failures of the network as Docker does', () => {
  const failure = (fields: object) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), fields) });
  expect(describeFailure(failure({ code: 'ECONNREFUSED', address: '127.0.0.1', port: 5999 }))).toBe(
    'dial tcp 127.0.0.1:5999: connect: connection refused',
  );
  expect(describeFailure(failure({ code: 'ECONNREFUSED', errors: [{ address: '::1', port: 1 }] }))).toBe(
    'dial tcp ::1:1: connect: connection refused',
  );
  expect(describeFailure(failure({ code: 'ENOTFOUND', hostname: 'registry.example' }))).toBe(
    'dial tcp: lookup registry.example: no such host',
  );
  expect(describeFailure(new TypeError('Failed to fetch'))).toBe('Failed to fetch');
});
