import { describe, expect, it } from 'vitest';
import { sha256 } from '../../image/digest.ts';
import { memoryRegistry, type TestRegistry } from '../testing/memory-registry.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const HELLO = bytesOf('hello, registry');

async function problem(response: Response): Promise<readonly [number, string]> {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  expect(errors[0]?.message).not.toBe('');
  return [response.status, errors[0]?.code ?? ''];
}

/** Begins an upload; gives where it goes on. */
async function begin({ call }: TestRegistry, name = 'app'): Promise<string> {
  const response = await call('POST', `/v2/${name}/blobs/uploads/`);
  expect([response.status, response.headers.get('Range')]).toEqual([202, '0-0']);
  const location = response.headers.get('Location') ?? '';
  expect(location).toMatch(new RegExp(`^/v2/${name}/blobs/uploads/[0-9a-f-]{36}$`));
  return location;
}

it('says that it is a registry (end-1)', async () => {
  const { call } = await memoryRegistry();
  for (const path of ['/v2/', '/v2']) {
    const response = await call('GET', path);
    expect([response.status, await response.json()]).toEqual([200, {}]);
    expect(response.headers.get('Docker-Distribution-Api-Version')).toBe('registry/2.0');
  }
  expect(await problem(await call('GET', '/v1/search'))).toEqual([404, 'UNSUPPORTED']);
  expect((await call('POST', '/v2/')).status).toBe(405);
  expect((await call('PUT', '/v2/app/tags/list')).headers.get('Allow')).toBe('GET, HEAD');
});

describe('a blob (end-2, end-10)', () => {
  it('is given with its digest, type and length', async () => {
    const { call, push } = await memoryRegistry();
    const digest = await push('app', HELLO);
    const got = await call('GET', `/v2/app/blobs/${digest}`);
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-length': String(HELLO.length),
      'content-type': 'application/octet-stream',
      'docker-content-digest': digest,
    });
    expect(new Uint8Array(await got.arrayBuffer())).toEqual(HELLO);
    const head = await call('HEAD', `/v2/app/blobs/${encodeURIComponent(digest)}`);
    expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([200, '15', '']);
    const headers = { 'If-None-Match': got.headers.get('ETag') ?? '' };
    expect((await call('GET', `/v2/app/blobs/${digest}`, { headers })).status).toBe(304);
  });

  it('is given in parts', async () => {
    const { call, push } = await memoryRegistry();
    const digest = await push('app', HELLO);
    const part = async (range: string) => {
      const response = await call('GET', `/v2/app/blobs/${digest}`, { headers: { Range: range } });
      return [response.status, response.headers.get('Content-Range'), await response.text()];
    };
    expect(await part('bytes=0-4')).toEqual([206, 'bytes 0-4/15', 'hello']);
    expect(await part('bytes=7-')).toEqual([206, 'bytes 7-14/15', 'registry']);
    expect(await part('bytes=7-99')).toEqual([206, 'bytes 7-14/15', 'registry']);
    expect(await part('bytes=-3')).toEqual([206, 'bytes 12-14/15', 'try']);
    expect(await part('bytes=15-')).toEqual([416, 'bytes */15', '']);
    for (const odd of ['bytes=5-2', 'bytes=-', 'lines=1-2', 'bytes=0-1,3-4']) expect((await part(odd))[0]).toBe(200);
  });

  it('is there only in repositories that it was pushed to', async () => {
    const { call, push } = await memoryRegistry();
    const digest = await push('app', HELLO);
    for (const method of ['GET', 'DELETE']) {
      expect(await problem(await call(method, `/v2/other/blobs/${digest}`))).toEqual([404, 'BLOB_UNKNOWN']);
    }
    expect((await call('HEAD', `/v2/app/blobs/sha256:${'0'.repeat(64)}`)).status).toBe(404);
  });

  it('goes when its last repository deletes it', async () => {
    const { call, push, blobs, state } = await memoryRegistry();
    const digest = await push('app', HELLO);
    await push('other', HELLO);
    expect((await call('DELETE', `/v2/app/blobs/${digest}`)).status).toBe(202);
    expect(await problem(await call('GET', `/v2/app/blobs/${digest}`))).toEqual([404, 'BLOB_UNKNOWN']);
    expect((await call('GET', `/v2/other/blobs/${digest}`)).status).toBe(200);
    await call('DELETE', `/v2/other/blobs/${digest}`);
    expect([await blobs.list(), await state.list('')]).toEqual([[], []]);
  });
});

describe('an upload', () => {
  it('takes all of it in one request (end-4b)', async () => {
    const { call, blobs } = await memoryRegistry();
    const digest = await sha256(HELLO);
    const response = await call('POST', `/v2/a/b_c/d-e.f/blobs/uploads/?digest=${digest}`, { body: HELLO });
    expect([response.status, response.headers.get('Location')]).toEqual([201, `/v2/a/b_c/d-e.f/blobs/${digest}`]);
    expect(response.headers.get('Docker-Content-Digest')).toBe(digest);
    expect(await blobs.get(digest)).toEqual(HELLO);
  });

  it('takes it by POST, then PUT (end-4a, end-6)', async () => {
    const registry = await memoryRegistry();
    const digest = await sha256(HELLO);
    const location = await begin(registry);
    const done = await registry.call('PUT', `${location}?digest=${digest}`, { body: HELLO });
    expect([done.status, done.headers.get('Location')]).toEqual([201, `/v2/app/blobs/${digest}`]);
    expect((await registry.call('GET', location)).status).toBe(404);
  });

  it('takes it in chunks (end-5), with or without the last in PUT, and tells how far it is (end-13)', async () => {
    const registry = await memoryRegistry();
    const { call } = registry;
    const digest = await sha256(HELLO);
    for (const split of [5, 15]) {
      const location = await begin(registry);
      const first = await call('PATCH', location, { body: HELLO.slice(0, 4), headers: { 'Content-Range': '0-3' } });
      expect([first.status, first.headers.get('Range'), first.headers.get('Location')]).toEqual([202, '0-3', location]);
      await call('PATCH', location, {
        body: HELLO.slice(4, split),
        headers: { 'Content-Range': `4-${split - 1}`, 'Content-Length': String(split - 4) },
      });
      const status = await call('GET', location);
      expect([status.status, status.headers.get('Range')]).toEqual([204, `0-${split - 1}`]);
      const rest = HELLO.slice(split);
      const done = await call('PUT', `${location}?digest=${digest}`, {
        ...(rest.length > 0 ? { body: rest, headers: { 'Content-Range': `${split}-14` } } : {}),
      });
      expect(done.status).toBe(201);
      expect(await (await call('GET', `/v2/app/blobs/${digest}`)).text()).toBe('hello, registry');
    }
  });

  it('takes a stream without ranges, as docker sends it', async () => {
    const registry = await memoryRegistry();
    const location = await begin(registry);
    await registry.call('PATCH', location, { body: HELLO.slice(0, 8) });
    await registry.call('PATCH', location, { body: HELLO.slice(8) });
    const digest = await sha256(HELLO);
    expect((await registry.call('PUT', `${location}?digest=${digest}`)).status).toBe(201);
  });

  it('takes an empty blob', async () => {
    const registry = await memoryRegistry();
    const digest = await registry.push('app', new Uint8Array());
    const got = await registry.call('GET', `/v2/app/blobs/${digest}`);
    expect([got.headers.get('Content-Length'), await got.text()]).toEqual(['0', '']);
  });

  it('refuses chunks out of order with 416, and goes on from where it was', async () => {
    const registry = await memoryRegistry();
    const { call } = registry;
    const location = await begin(registry);
    const send = (range: string, body: Uint8Array) =>
      call('PATCH', location, { body, headers: { 'Content-Range': range } });
    expect((await send('3-6', HELLO.slice(3, 7))).status).toBe(416);
    expect((await send('0-3', HELLO.slice(0, 4))).status).toBe(202);
    for (const wrong of ['0-3', '5-8', '4', 'bytes 4-7', '7-4', '-4']) {
      const refused = await send(wrong, HELLO.slice(4, 8));
      expect([wrong, refused.status, refused.headers.get('Range')]).toEqual([wrong, 416, '0-3']);
      expect(refused.headers.get('Location')).toBe(location);
    }
    expect(await problem(await send('4-9', HELLO.slice(4, 8)))).toEqual([400, 'SIZE_INVALID']);
    const short = { body: HELLO.slice(4), headers: { 'Content-Length': '99' } };
    expect(await problem(await call('PATCH', location, short))).toEqual([400, 'SIZE_INVALID']);
    expect((await send('4-14', HELLO.slice(4))).status).toBe(202);
    expect((await call('PUT', `${location}?digest=${await sha256(HELLO)}`)).status).toBe(201);
  });

  it('with another digest than promised stores nothing and is over', async () => {
    const registry = await memoryRegistry();
    const { call, blobs, state } = registry;
    const other = await sha256(bytesOf('other'));
    const location = await begin(registry);
    await call('PATCH', location, { body: HELLO });
    expect(await problem(await call('PUT', location))).toEqual([400, 'DIGEST_INVALID']);
    expect(await problem(await call('PUT', `${location}?digest=md5:abc`))).toEqual([400, 'DIGEST_INVALID']);
    expect(await problem(await call('PUT', `${location}?digest=${other}`))).toEqual([400, 'DIGEST_INVALID']);
    expect(await problem(await call('PUT', `${location}?digest=${other}`))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    const once = await call('POST', `/v2/app/blobs/uploads/?digest=${other}`, { body: HELLO });
    expect(await problem(once)).toEqual([400, 'DIGEST_INVALID']);
    expect([await blobs.list(), await state.list('')]).toEqual([[], []]);
  });

  it('is called off (end-14), and belongs to its repository', async () => {
    const registry = await memoryRegistry();
    const { call } = registry;
    const location = await begin(registry);
    const elsewhere = location.replace('/app/', '/other/');
    expect(await problem(await call('PATCH', elsewhere, { body: HELLO }))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    expect((await call('DELETE', location)).status).toBe(204);
    for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
      const response = await call(method, `${location}?digest=${await sha256(HELLO)}`);
      expect(await problem(response)).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    }
  });

  it('is as it was before a request that broke off', async () => {
    const registry = await memoryRegistry({ limits: { uploadBytes: 40 } });
    const location = await begin(registry);
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(HELLO);
        controller.error(new Error('connection lost'));
      },
    });
    const request = new Request(`http://registry${location}`, {
      method: 'PATCH',
      body: broken,
      // Required with a stream; missing in the library's types.
      ...({ duplex: 'half' } as object),
    });
    expect((await registry.server.fetch(request)).status).toBe(500);
    expect((await registry.call('GET', location)).headers.get('Range')).toBe('0-0');
    // Its bytes are not counted any more, or this would be too much.
    const two = bytesOf('x'.repeat(40));
    expect((await registry.call('PUT', `${location}?digest=${await sha256(two)}`, { body: two })).status).toBe(201);
  });

  it('waits for the request before it', async () => {
    const registry = await memoryRegistry();
    const location = await begin(registry);
    const chunk = (first: number, last: number) =>
      registry.call('PATCH', location, {
        body: HELLO.slice(first, last + 1),
        headers: { 'Content-Range': `${first}-${last}` },
      });
    const digest = await sha256(HELLO);
    const all = [
      chunk(0, 6),
      chunk(7, 14),
      registry.call('PUT', `${location}?digest=${digest}`),
      registry.call('PATCH', location, { body: HELLO }),
    ];
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([202, 202, 201, 404]);
  });
});

describe('limits', () => {
  it('bound a blob, all uploads together, and their number', async () => {
    let now = 0;
    const registry = await memoryRegistry({
      limits: { blobBytes: 20, uploadBytes: 30, uploads: 3, uploadIdle: 1000 },
      now: () => now,
    });
    const { call, blobs } = registry;
    const big = bytesOf('x'.repeat(21));
    const once = await call('POST', `/v2/app/blobs/uploads/?digest=${await sha256(big)}`, { body: big });
    expect(await problem(once)).toEqual([413, 'SIZE_INVALID']);
    const locations = [await begin(registry), await begin(registry), await begin(registry)] as const;
    expect(await problem(await call('POST', '/v2/app/blobs/uploads/'))).toEqual([429, 'TOOMANYREQUESTS']);
    const twenty = bytesOf('y'.repeat(20));
    expect((await call('PATCH', locations[0], { body: twenty })).status).toBe(202);
    expect(await problem(await call('PATCH', locations[0], { body: HELLO }))).toEqual([413, 'SIZE_INVALID']);
    expect(await problem(await call('PATCH', locations[1], { body: HELLO }))).toEqual([413, 'SIZE_INVALID']);
    await call('DELETE', locations[0]);
    expect((await call('PATCH', locations[1], { body: HELLO })).status).toBe(202);
    now = 1001;
    expect((await call('PATCH', locations[2], { body: HELLO })).status).toBe(202);
    now = 2000;
    await begin(registry);
    expect((await call('GET', locations[1])).status).toBe(404);
    expect((await call('GET', locations[2])).status).toBe(204);
    expect(await blobs.list()).toEqual([]);
  });
});

describe('a mount (end-11)', () => {
  it('links what another repository has, and falls back to an upload', async () => {
    const { call, push, blobs } = await memoryRegistry();
    const digest = await push('library/alpine', HELLO);
    const mounted = await call('POST', `/v2/app/blobs/uploads/?mount=${digest}&from=library/alpine`);
    expect([mounted.status, mounted.headers.get('Location')]).toEqual([201, `/v2/app/blobs/${digest}`]);
    expect((await call('HEAD', `/v2/app/blobs/${digest}`)).status).toBe(200);
    expect((await call('POST', `/v2/third/blobs/uploads/?mount=${digest}`)).status).toBe(201);
    expect(await blobs.list()).toEqual([digest]);
    for (const query of [
      `mount=${digest}&from=nothing`,
      `mount=sha256:${'1'.repeat(64)}&from=app`,
      'mount=sha256:1&from=app',
      `mount=${digest}&from=../x`,
    ]) {
      const fallback = await call('POST', `/v2/fourth/blobs/uploads/?${query}`);
      expect([fallback.status, fallback.headers.get('Location')]).toEqual([
        202,
        expect.stringMatching(/^\/v2\/fourth\/blobs\/uploads\//),
      ]);
    }
  });
});

describe('bytes that the engine has too', () => {
  it('are kept once, and as long as either wants them', async () => {
    const { call, shared, blobs, push } = await memoryRegistry();
    const digest = await sha256(HELLO);
    const images = shared.view('images');
    await images.put(digest, HELLO);
    expect((await call('GET', `/v2/app/blobs/${digest}`)).status).toBe(404);
    await push('app', HELLO.slice());
    expect(await blobs.get(digest)).toBe(HELLO);
    await images.delete(digest);
    const reader = (await call('GET', `/v2/app/blobs/${digest}`)).body?.getReader();
    expect((await reader?.read())?.value).toBe(HELLO);
    await images.put(digest, HELLO);
    await call('DELETE', `/v2/app/blobs/${digest}`);
    expect(await images.get(digest)).toBe(HELLO);
  });

  it('are no excuse for sending others', async () => {
    const { call, shared } = await memoryRegistry();
    const digest = await sha256(HELLO);
    await shared.view('images').put(digest, HELLO);
    for (const wrong of ['hello, registrY', 'hello', 'hello, registry!']) {
      const response = await call('POST', `/v2/app/blobs/uploads/?digest=${digest}`, { body: wrong });
      expect(await problem(response)).toEqual([400, 'DIGEST_INVALID']);
    }
  });
});

it.each([
  '/v2/App/blobs/uploads/',
  '/v2/a//b/blobs/uploads/',
  '/v2/%2e%2e/blobs/uploads/',
  '/v2/a%00b/blobs/uploads/',
  `/v2/${'a/'.repeat(127)}ab/blobs/uploads/`,
  '/v2/-a/blobs/uploads/',
  '/v2/a..b/blobs/uploads/',
  '/v2/%zz/blobs/uploads/',
])('refuses the name in %s', async (path) => {
  const { call, state } = await memoryRegistry();
  const body = HELLO;
  const [status, code] = await problem(await call('POST', `${path}?digest=${await sha256(body)}`, { body }));
  expect([400, 404]).toContain(status);
  expect(['NAME_INVALID', 'UNSUPPORTED']).toContain(code);
  expect(await state.list('')).toEqual([]);
});
