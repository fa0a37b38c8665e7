import { describe, expect, it } from 'vitest';
import type { BuildRequest, BuildResult } from '../../builder/request.ts';
import { testEngine } from '../../container/testing/test-engine.ts';
import { directory, file } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import { build as clientBuild } from '../client/build.ts';
import { Connection } from '../client/connection.ts';
import { type BuildMessage, OUTPUT_MESSAGE_ID, PROGRESS_MESSAGE_ID } from '../types.ts';

const context = treeToTar(directory({ Dockerfile: file('FROM alpine\n'), app: file('x') }));
const bytes = (text: string) => new TextEncoder().encode(text);

/** An engine whose builds give this, and the requests that it was given. */
async function engine(result: Partial<BuildResult> = {}, more: Parameters<typeof testEngine>[0] = {}) {
  const seen: BuildRequest[] = [];
  const { images, transport } = await testEngine({
    build: async (request) => {
      seen.push(request);
      return { image: undefined, archive: undefined, tags: [], warnings: [], unusedBuildArgs: [], ...result };
    },
    ...more,
  });
  const connection = new Connection(transport);
  await connection.negotiate();
  const post = (query: Readonly<Record<string, string>>, body: Uint8Array = context) =>
    transport.fetch(
      new Request(`http://engine/build?${new URLSearchParams(query)}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-tar' },
        body: body as Uint8Array<ArrayBuffer>,
      }),
    );
  const message = async (query: Readonly<Record<string, string>>, body?: Uint8Array) => {
    const response = await post(query, body);
    return [response.status, ((await response.json()) as { message: string }).message];
  };
  return { seen, images, connection, post, message };
}

async function all(messages: AsyncIterable<BuildMessage>): Promise<readonly BuildMessage[]> {
  const list: BuildMessage[] = [];
  for await (const message of messages) list.push(message);
  return list;
}

describe('POST /build', () => {
  it('says in its pings that it takes more than Docker’s API has', async () => {
    expect((await engine()).connection.isDrydock).toBe(true);
  });

  it('reads options as the builder takes them', async () => {
    const { post, seen } = await engine();
    await post({
      nocachefilter: '["a","b"]',
      cachefrom: '["x"]',
      extrahosts: 'db:10.0.0.9',
      shmsize: '1024',
      memory: '8388608',
      ulimits: '[{"Name":"nofile","Soft":5,"Hard":9}]',
      outputs: '[{"Type":"tarball"}]',
      contextname: '/project',
      cpusetcpus: '0',
    });
    expect(seen[0]).toMatchObject({
      noCacheFilter: ['a', 'b'],
      cacheFrom: ['x'],
      limits: {
        extraHosts: ['db:10.0.0.9'],
        shmSize: 1024,
        memory: 8_388_608,
        ulimits: [{ name: 'nofile', soft: 5, hard: 9 }],
      },
      output: { kind: 'tarball' },
      contextName: '/project',
    });
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{ outputs: '[{"Type":"what"}]' }, 'unsupported output type "what"'],
    [{ outputs: '[{"Type":"oci"},{"Type":"docker"}]' }, 'multiple outputs are not supported by this engine'],
    [{ outputs: '{' }, 'invalid JSON in outputs'],
    [{ ulimits: '[{}]' }, 'error reading ulimit settings'],
    [{ squash: '1' }, 'squash is only supported with experimental mode'],
    [{ cpusetcpus: '0-3' }, 'Requested CPUs are not available - requested 0-3, available: 0'],
    [{ networkmode: 'mine' }, 'network mode "mine" not supported by this engine'],
    [{ platform: 'linux/arm64' }, 'linux/arm64'],
    [
      { remote: 'https://github.com/a/b.git#main' },
      'cannot clone https://github.com/a/b.git#main: there is no Git here',
    ],
    [{ remote: 'ftp://x/y' }, 'remote context "ftp://x/y" is no http or https URL'],
    [{ remote: 'https://example.com/x' }, 'failed to load remote context https://example.com/x: not part of this test'],
  ])('%j is a bad request', async (query, message) => {
    const { message: ask } = await engine();
    expect(await ask(query)).toEqual([400, expect.stringContaining(message)]);
  });

  it('refuses BuildKit’s session protocol, and what is no context', async () => {
    const { message } = await engine();
    expect(await message({ version: '2' })).toEqual([501, expect.stringContaining('DOCKER_BUILDKIT=0')]);
    expect(await message({}, new Uint8Array())).toEqual([400, 'the build context is empty']);
    expect((await message({}, bytes('x'.repeat(1000))))[0]).toBe(400);
    expect(await message({}, new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2]))).toEqual([
      expect.any(Number),
      expect.stringContaining('the build context is not valid gzip data'),
    ]);
  });

  it('takes what comes beside the context in parts, as our client sends them', async () => {
    const { connection, seen } = await engine();
    const secret = new Uint8Array([0, 255, 13, 10, 45, 45]);
    const parts = {
      dockerfile: bytes('FROM x\r\n'),
      dockerignore: bytes('app'),
      secrets: new Map([['a b"c', secret]]),
      contexts: new Map<string, Uint8Array | string>([
        ['more', treeToTar(directory({ f: file('g') }))],
        ['base', 'busybox:1'],
      ]),
    };
    await all(await clientBuild(connection, context, {}, { progress: true, parts }));
    const [request] = seen;
    expect(request).toMatchObject({
      dockerfile: 'FROM x\r\n',
      dockerignore: 'app',
      secrets: { 'a b"c': secret },
      contexts: {
        more: { kind: 'files' },
        base: { kind: 'image', reference: 'docker.io/library/busybox:1' },
      },
    });
    expect([...(request?.context.children.keys() ?? [])].sort()).toEqual(['Dockerfile', 'app']);
  });

  it('refuses parts that it does not know', async () => {
    const { connection } = await engine();
    const form = new FormData();
    form.append('what', 'x');
    await expect(connection.send('POST', '/build', { body: form })).rejects.toThrow('unknown part of a build: "what"');
    const broken = { body: bytes('nothing'), headers: { 'Content-Type': 'multipart/form-data; boundary=x' } };
    await expect(connection.send('POST', '/build', broken)).rejects.toThrow('the parts of the build cannot be read');
  });

  it('hands the tar that was asked for over in pieces', async () => {
    const archive = crypto.getRandomValues(new Uint8Array(60_000)).slice(0, 50_001);
    const large = new Uint8Array(10 * archive.length);
    for (let i = 0; i < 10; i++) large.set(archive, i * archive.length);
    const { connection } = await engine({ archive: large });
    const messages = await all(await clientBuild(connection, context, {}, { progress: true }));
    const pieces = messages
      .filter(({ id }) => id === OUTPUT_MESSAGE_ID)
      .map(({ aux }) => Buffer.from(aux as string, 'base64'));
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).equals(large)).toBe(true);
    // There is no image, so there is no ID.
    expect(messages.some(({ aux }) => (aux as { ID?: string })?.ID !== undefined)).toBe(false);
  });

  it('reads a remote context: an archive, or a Dockerfile', async () => {
    let body: Uint8Array = context;
    const { post, seen } = await engine({}, { fetch: async () => new Response(body as Uint8Array<ArrayBuffer>) });
    await post({ remote: 'https://example.com/x.tar' }, new Uint8Array());
    expect(seen[0]?.context.children.has('app')).toBe(true);
    body = bytes('FROM alpine\n');
    await post({ remote: 'https://example.com/Dockerfile' }, new Uint8Array());
    expect(seen[1]).toMatchObject({ dockerfile: 'FROM alpine\n' });
    expect(seen[1]?.context.children.size).toBe(0);
  });

  it('looks at a Dockerfile in the place of building it', async () => {
    const inspection = { dockerfile: { name: 'Dockerfile', text: 'FROM x' }, warnings: [] };
    const { connection, seen } = await engine({}, { inspectBuild: async () => inspection });
    const messages = await all(await clientBuild(connection, context, { call: 'check' }, { progress: true }));
    expect(messages).toEqual([{ id: PROGRESS_MESSAGE_ID, aux: { inspection } }]);
    expect(seen).toEqual([]);
  });
});
