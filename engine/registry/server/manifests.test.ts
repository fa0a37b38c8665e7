import { describe, expect, it } from 'vitest';
import { type Digest, sha256 } from '../../image/digest.ts';
import { encodeJson, MEDIA_TYPES } from '../../image/documents.ts';
import { memoryRegistry, type TestRegistry } from '../testing/memory-registry.ts';

interface ErrorBody {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly detail?: unknown }[];
}
const errors = async (response: Response) => ((await response.json()) as ErrorBody).errors;
const codes = async (response: Response) => [response.status, ...(await errors(response)).map(({ code }) => code)];
const NOWHERE: Digest = `sha256:${'0'.repeat(64)}`;

const put = ({ call }: TestRegistry, path: string, document: unknown, type?: string) =>
  call('PUT', `/v2/${path}`, {
    body: document instanceof Uint8Array || typeof document === 'string' ? document : encodeJson(document),
    ...(type ? { headers: { 'Content-Type': type } } : {}),
  });

const descriptor = (digest: Digest, size = 2, mediaType: string = MEDIA_TYPES.ociConfig) => ({
  mediaType,
  digest,
  size,
});

describe('a manifest (end-3, end-7, end-9)', () => {
  it('comes back byte for byte, by tag and by digest', async () => {
    const { call, pushImage } = await memoryRegistry();
    const { digest, bytes } = await pushImage('library/app', 'v1', 'one');
    for (const reference of ['v1', digest]) {
      const got = await call('GET', `/v2/library/app/manifests/${reference}`);
      expect(Object.fromEntries(got.headers)).toMatchObject({
        'content-length': String(bytes.length),
        'content-type': MEDIA_TYPES.ociManifest,
        'docker-content-digest': digest,
      });
      expect(new Uint8Array(await got.arrayBuffer())).toEqual(bytes);
      const head = await call('HEAD', `/v2/library/app/manifests/${reference}`);
      expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([
        200,
        String(bytes.length),
        '',
      ]);
    }
  });

  it('is pushed by digest without a tag, and a tag moves', async () => {
    const registry = await memoryRegistry();
    const { call, pushImage } = registry;
    const one = await pushImage('app', 'latest', 'one');
    const two = await pushImage('app', 'latest', 'two');
    expect((await call('HEAD', '/v2/app/manifests/latest')).headers.get('Docker-Content-Digest')).toBe(two.digest);
    expect((await call('HEAD', `/v2/app/manifests/${one.digest}`)).status).toBe(200);
    const again = await put(registry, `app/manifests/${one.digest}`, one.bytes);
    expect([again.status, again.headers.get('Location')]).toEqual([201, `/v2/app/manifests/${one.digest}`]);
    expect(await codes(await put(registry, `app/manifests/${one.digest}`, two.bytes))).toEqual([400, 'DIGEST_INVALID']);
    expect((await (await call('GET', '/v2/app/tags/list')).json()) as unknown).toEqual({
      name: 'app',
      tags: ['latest'],
    });
  });

  it('is kept over a restart', async () => {
    const registry = await memoryRegistry();
    const { digest } = await registry.pushImage('library/app', 'v1', 'one');
    const { call } = await registry.reopen();
    expect((await call('GET', '/v2/library/app/manifests/v1')).headers.get('Docker-Content-Digest')).toBe(digest);
    expect(await (await call('GET', '/v2/_catalog')).json()).toEqual({ repositories: ['library/app'] });
  });

  it('is unknown where it is not', async () => {
    const { call, pushImage } = await memoryRegistry();
    const { digest } = await pushImage('app', 'v1', 'one');
    for (const path of ['app/manifests/v2', `app/manifests/${NOWHERE}`, 'x/manifests/v1', `x/manifests/${digest}`]) {
      for (const method of ['GET', 'DELETE']) {
        expect(await codes(await call(method, `/v2/${path}`))).toEqual([404, 'MANIFEST_UNKNOWN']);
      }
    }
    expect(await codes(await call('GET', '/v2/app/manifests/.v1'))).toEqual([400, 'MANIFEST_INVALID']);
    expect(await codes(await call('GET', '/v2/app/manifests/sha256:xyz'))).toEqual([400, 'DIGEST_INVALID']);
  });

  it('goes with its tags, a tag goes alone, and nothing is left of what was deleted', async () => {
    const { call, pushImage, blobs, state } = await memoryRegistry();
    const one = await pushImage('app', 'a', 'one');
    await pushImage('app', 'b', 'one');
    const two = await pushImage('app', 'c', 'two');
    expect((await call('DELETE', '/v2/app/manifests/c')).status).toBe(202);
    expect((await call('GET', `/v2/app/manifests/${two.digest}`)).status).toBe(200);
    expect((await call('DELETE', `/v2/app/manifests/${one.digest}`)).status).toBe(202);
    expect(await codes(await call('GET', '/v2/app/manifests/a'))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(await (await call('GET', '/v2/app/tags/list')).json()).toEqual({ name: 'app', tags: [] });
    await call('DELETE', `/v2/app/manifests/${two.digest}`);
    for (const digest of await blobs.list()) await call('DELETE', `/v2/app/blobs/${digest}`);
    expect([await blobs.list(), await state.list('')]).toEqual([[], []]);
    expect(await codes(await call('GET', '/v2/app/tags/list'))).toEqual([404, 'NAME_UNKNOWN']);
  });

  it('is refused while blobs of it are missing, each of them named', async () => {
    const registry = await memoryRegistry();
    const { push, blobs } = registry;
    const config = await push('app', encodeJson({}));
    const elsewhere = await push('other', encodeJson({ a: 1 }));
    const layers = [descriptor(elsewhere), descriptor(NOWHERE)];
    const before = await blobs.list();
    const response = await put(registry, 'app/manifests/v1', { schemaVersion: 2, config: descriptor(config), layers });
    expect(response.status).toBe(404);
    expect((await errors(response)).map(({ code, detail }) => [code, detail])).toEqual([
      ['MANIFEST_BLOB_UNKNOWN', { digest: elsewhere }],
      ['MANIFEST_BLOB_UNKNOWN', { digest: NOWHERE }],
    ]);
    expect(await blobs.list()).toEqual(before);
    const foreign = { ...descriptor(NOWHERE), urls: ['https://elsewhere.example/layer'] };
    const taken = await put(registry, 'app/manifests/v1', {
      schemaVersion: 2,
      config: descriptor(config),
      layers: [foreign],
    });
    expect(taken.status).toBe(201);
  });

  it.each([
    ['that is not JSON', 'hello', undefined],
    ['that is not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), undefined],
    ['that is a list', '[]', undefined],
    ['of schema 1', { schemaVersion: 1, name: 'app', fsLayers: [] }, undefined],
    ['without layers', { schemaVersion: 2, config: descriptor(NOWHERE) }, undefined],
    ['without config', { schemaVersion: 2, layers: [] }, undefined],
    ['with a bad digest', { schemaVersion: 2, config: { ...descriptor(NOWHERE), digest: 'x' }, layers: [] }, undefined],
    ['with a bad size', { schemaVersion: 2, config: { ...descriptor(NOWHERE), size: -1 }, layers: [] }, undefined],
    ['with a null layer', { schemaVersion: 2, config: descriptor(NOWHERE), layers: [null] }, undefined],
    [
      'with annotations that are none',
      { schemaVersion: 2, config: descriptor(NOWHERE), layers: [], annotations: { a: 1 } },
      undefined,
    ],
    [
      'of another type than it is sent as',
      { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [] },
      MEDIA_TYPES.ociManifest,
    ],
    ['of a type that nobody knows', { schemaVersion: 2, mediaType: 'text/plain' }, undefined],
    ['with a mediaType that is no text', { schemaVersion: 2, mediaType: 7 }, undefined],
    ['with a list for an index', { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: {} }, undefined],
  ])('%s is refused', async (_, document, type) => {
    const registry = await memoryRegistry();
    expect(await codes(await put(registry, 'app/manifests/v1', document, type))).toEqual([400, 'MANIFEST_INVALID']);
    expect([await registry.blobs.list(), await registry.state.list('')]).toEqual([[], []]);
  });

  it('that is huge is refused', async () => {
    const registry = await memoryRegistry({ limits: { manifestBytes: 1000 } });
    const big = encodeJson({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [], x: 'x'.repeat(1000) });
    expect(await codes(await put(registry, 'app/manifests/v1', big))).toEqual([413, 'SIZE_INVALID']);
    expect(await registry.blobs.list()).toEqual([]);
  });

  it('ignores parameters of its type, and takes Docker’s types', async () => {
    const registry = await memoryRegistry();
    const config = await registry.push('app', encodeJson({}));
    const manifest = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.dockerManifest,
      config: descriptor(config),
      layers: [],
    };
    await put(registry, 'app/manifests/v1', manifest, `${MEDIA_TYPES.dockerManifest}; charset=utf-8`);
    const got = await registry.call('GET', '/v2/app/manifests/v1');
    expect(got.headers.get('Content-Type')).toBe(MEDIA_TYPES.dockerManifest);
  });
});

describe('an index', () => {
  it('needs the manifests that it names', async () => {
    const registry = await memoryRegistry();
    const { digest, bytes } = await registry.pushImage('app', 'one', 'one');
    const index = (of: Digest) => ({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [descriptor(of, bytes.length, MEDIA_TYPES.ociManifest)],
    });
    expect((await put(registry, 'app/manifests/all', index(digest))).status).toBe(201);
    const got = await registry.call('GET', '/v2/app/manifests/all');
    expect(got.headers.get('Content-Type')).toBe(MEDIA_TYPES.ociIndex);
    expect(await codes(await put(registry, 'app/manifests/none', index(NOWHERE)))).toEqual([
      404,
      'MANIFEST_BLOB_UNKNOWN',
    ]);
    expect(await codes(await put(registry, 'other/manifests/all', index(digest)))).toEqual([
      404,
      'MANIFEST_BLOB_UNKNOWN',
    ]);
  });
});

describe('referrers (end-12)', () => {
  it('are listed by their subject, which need not be there, and filtered', async () => {
    const registry = await memoryRegistry();
    const { call, push } = registry;
    const config = await push('app', encodeJson({}));
    const artifact = (more: object) => ({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: descriptor(config, 2, 'application/vnd.test.config'),
      layers: [],
      subject: descriptor(NOWHERE, 2, MEDIA_TYPES.ociManifest),
      ...more,
    });
    const pushed: Digest[] = [];
    for (const document of [
      artifact({ artifactType: 'test/sbom', annotations: { by: 'me' } }),
      artifact({ annotations: { n: '2' } }),
      { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [], subject: descriptor(NOWHERE) },
    ]) {
      const digest = await sha256(encodeJson(document));
      const response = await put(registry, `app/manifests/${digest}`, document);
      expect([response.status, response.headers.get('OCI-Subject')]).toEqual([201, NOWHERE]);
      pushed.push(digest);
    }
    const all = await call('GET', `/v2/app/referrers/${NOWHERE}`);
    expect([all.status, all.headers.get('Content-Type')]).toEqual([200, MEDIA_TYPES.ociIndex]);
    const [sbom, plain, index] = pushed;
    expect(await all.json()).toEqual({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [
        {
          mediaType: MEDIA_TYPES.ociManifest,
          digest: sbom,
          size: expect.any(Number),
          artifactType: 'test/sbom',
          annotations: { by: 'me' },
        },
        {
          mediaType: MEDIA_TYPES.ociManifest,
          digest: plain,
          size: expect.any(Number),
          artifactType: 'application/vnd.test.config',
          annotations: { n: '2' },
        },
        { mediaType: MEDIA_TYPES.ociIndex, digest: index, size: expect.any(Number) },
      ],
    });
    const filtered = await call('GET', `/v2/app/referrers/${NOWHERE}?artifactType=test/sbom`);
    expect(filtered.headers.get('OCI-Filters-Applied')).toBe('artifactType');
    expect(((await filtered.json()) as { manifests: unknown[] }).manifests).toHaveLength(1);
    await call('DELETE', `/v2/app/manifests/${sbom}`);
    const rest = (await (await call('GET', `/v2/app/referrers/${NOWHERE}`)).json()) as { manifests: unknown[] };
    expect(rest.manifests).toHaveLength(2);
  });

  it('are none, not unknown, where there are none', async () => {
    const { call } = await memoryRegistry();
    const response = await call('GET', `/v2/nothing/referrers/${NOWHERE}`);
    expect([response.status, ((await response.json()) as { manifests: unknown }).manifests]).toEqual([200, []]);
    expect(await codes(await call('GET', '/v2/nothing/referrers/abc'))).toEqual([400, 'DIGEST_INVALID']);
  });
});

describe('lists', () => {
  it('of tags (end-8) are in order and in pages', async () => {
    const registry = await memoryRegistry();
    const { call } = registry;
    for (const tag of ['v2', 'v10', 'V1', 'latest', 'a_b']) await registry.pushImage('app', tag, 'one');
    const list = async (query = '') => {
      const response = await call('GET', `/v2/app/tags/list${query}`);
      const { tags } = (await response.json()) as { tags: string[] };
      return [tags, response.headers.get('Link')];
    };
    expect(await list()).toEqual([['V1', 'a_b', 'latest', 'v10', 'v2'], null]);
    expect(await list('?n=2')).toEqual([['V1', 'a_b'], '</v2/app/tags/list?n=2&last=a_b>; rel="next"']);
    expect(await list('?n=2&last=a_b')).toEqual([['latest', 'v10'], '</v2/app/tags/list?n=2&last=v10>; rel="next"']);
    expect(await list('?n=2&last=v10')).toEqual([['v2'], null]);
    expect(await list('?n=5')).toEqual([['V1', 'a_b', 'latest', 'v10', 'v2'], null]);
    expect(await list('?last=b')).toEqual([['latest', 'v10', 'v2'], null]);
    expect(await list('?n=0')).toEqual([[], null]);
    expect(await codes(await call('GET', '/v2/app/tags/list?n=x'))).toEqual([400, 'UNSUPPORTED']);
    expect(await codes(await call('GET', '/v2/nope/tags/list'))).toEqual([404, 'NAME_UNKNOWN']);
  });

  it('of repositories are in order and in pages', async () => {
    const registry = await memoryRegistry();
    for (const name of ['b', 'a/b', 'library/alpine', 'a']) await registry.push(name, encodeJson({}));
    const first = await registry.call('GET', '/v2/_catalog?n=3');
    expect(await first.json()).toEqual({ repositories: ['a', 'a/b', 'b'] });
    const next = /<(.+)>/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
    expect(await (await registry.call('GET', next)).json()).toEqual({ repositories: ['library/alpine'] });
  });
});

it('keeps concurrent pushes apart', async () => {
  const registry = await memoryRegistry();
  await Promise.all(Array.from({ length: 20 }, (_, i) => registry.pushImage(`r${i % 3}`, `t${i}`, String(i % 5))));
  const { call, blobs } = await registry.reopen();
  for (let i = 0; i < 20; i++) {
    const response = await call('GET', `/v2/r${i % 3}/manifests/t${i}`);
    const { layers, config } = (await response.json()) as { layers: { digest: Digest }[]; config: { digest: Digest } };
    for (const { digest } of [...layers, config]) {
      expect((await call('HEAD', `/v2/r${i % 3}/blobs/${digest}`)).status).toBe(200);
    }
  }
  expect((await blobs.list()).length).toBe(15);
});
