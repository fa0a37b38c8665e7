import { describe, expect, it } from 'vitest';
import { BuildError } from '../../builder/errors.ts';
import type { SolveStatus } from '../../builder/progress.ts';
import type { BuildRequest } from '../../builder/request.ts';
import { noRegistry, testEngine } from '../../container/testing/test-engine.ts';
import { directory, file } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import { writeTar } from '../../files/tar/write.ts';
import { gzip } from '../../image/gzip.ts';
import { fileEntry } from '../../image/testing/random-image.ts';
import { RegistryError } from '../../registry/errors.ts';
import type { HistoryItem, ImageInspect, ImageSummary, JsonMessage } from '../types.ts';

const lines = async (response: Response): Promise<JsonMessage[]> =>
  (await response.text())
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as JsonMessage);

describe('images', () => {
  it('lists, inspects, tags and removes', async () => {
    const { json, call } = await testEngine();
    const [row] = (await json(200, 'GET', '/images/json')) as ImageSummary[];
    expect(row).toMatchObject({
      RepoTags: ['alpine:latest'],
      Containers: -1,
      SharedSize: -1,
      Labels: { maker: 'test' },
    });
    const inspect = (await json(200, 'GET', '/images/alpine/json')) as ImageInspect;
    expect(inspect).toMatchObject({
      Id: row?.Id,
      Architecture: '386',
      Os: 'linux',
      Parent: '',
      RootFS: { Type: 'layers' },
    });
    expect(inspect.GraphDriver.Data?.UpperDir).toMatch(/^\/layers\/[0-9a-f]{20}$/);
    const [step] = (await json(200, 'GET', '/images/docker.io/library/alpine:latest/history')) as HistoryItem[];
    expect(step).toMatchObject({ CreatedBy: 'COPY . /', Id: row?.Id });
    expect((await call('POST', '/images/alpine/tag?repo=localhost:5000/mine&tag=v1')).status).toBe(201);
    expect(((await json(200, 'GET', '/images/json')) as ImageSummary[])[0]?.RepoTags).toEqual(
      expect.arrayContaining(['alpine:latest', 'localhost:5000/mine:v1']),
    );
    expect(await json(200, 'DELETE', '/images/localhost:5000/mine:v1')).toEqual([
      { Untagged: 'localhost:5000/mine:v1' },
    ]);
    expect(await json(404, 'GET', '/images/nothere/json')).toEqual({ message: 'No such image: nothere:latest' });
    expect(await json(400, 'GET', '/images/UPPER/json')).toEqual({
      message: 'invalid reference format: repository name (library/UPPER) must be lowercase',
    });
  });

  it('keeps an image that a container uses, and withdraws its layers once nothing does', async () => {
    const { json, call, machine } = await testEngine();
    await json(201, 'POST', '/containers/create?name=web', { Image: 'alpine' });
    await call('POST', '/containers/web/start');
    expect(machine.layers.size).toBe(2);
    expect((await call('DELETE', '/images/alpine')).status).toBe(409);
    await call('DELETE', '/containers/web?force=1');
    expect((await call('DELETE', '/images/alpine')).status).toBe(200);
    expect([...machine.layers.keys()]).toEqual(['drydock-init']);
  });

  it('filters and prunes', async () => {
    const { json, images } = await testEngine();
    const base = images.find('alpine');
    const dangling = await images.create({
      config: { ...base.config, author: 'nobody' },
      layers: base.layers.map((layer) => layer.diffId),
    });
    const ids = async (filters: object): Promise<string[]> =>
      (
        (await json(
          200,
          'GET',
          `/images/json?filters=${encodeURIComponent(JSON.stringify(filters))}`,
        )) as ImageSummary[]
      ).map(({ Id }) => Id);
    expect(await ids({ dangling: ['true'] })).toEqual([dangling.id]);
    expect(await ids({ reference: ['alp*'] })).toEqual([base.id]);
    expect(await ids({ reference: ['other'] })).toEqual([]);
    const query = encodeURIComponent(JSON.stringify({ dangling: { true: true } }));
    expect(await json(200, 'POST', `/images/prune?filters=${query}`)).toMatchObject({
      ImagesDeleted: [{ Deleted: dangling.id }],
      SpaceReclaimed: 0,
    });
    expect(await json(200, 'POST', '/images/prune')).toEqual({ ImagesDeleted: null, SpaceReclaimed: 0 });
  });

  it('pulls with progress, and answers with a status when nothing has been said yet', async () => {
    const { images: given } = await testEngine();
    const engine = await testEngine({
      images: given,
      registry: {
        ...noRegistry,
        pull: async (reference, { onProgress }) => {
          if (reference.path === 'library/nosuch') throw new RegistryError('denied', 'pull access denied for nosuch');
          onProgress?.({ id: reference.tag ?? '', status: `Pulling from ${reference.path}` });
          if (reference.tag === 'bad') throw new Error('broken off');
          onProgress?.({ status: 'Status: Downloaded newer image for alpine:latest' });
          return given.find('alpine');
        },
      },
    });
    const pulled = await engine.call('POST', '/images/create?fromImage=alpine&tag=latest');
    expect(await lines(pulled)).toEqual([
      { id: 'latest', status: 'Pulling from library/alpine' },
      { status: 'Status: Downloaded newer image for alpine:latest' },
    ]);
    expect(await engine.json(404, 'POST', '/images/create?fromImage=nosuch&tag=latest')).toEqual({
      message: 'pull access denied for nosuch',
    });
    const broken = await engine.call('POST', '/images/create?fromImage=alpine&tag=bad');
    expect(broken.status).toBe(200);
    expect((await lines(broken)).at(-1)).toEqual({ errorDetail: { message: 'broken off' }, error: 'broken off' });
  });

  it('saves and loads', async () => {
    const { images: source, call: ask, json } = await testEngine();
    await source.tag('other:v2', source.find('alpine').id);
    const saved = await ask('GET', '/images/get?names=alpine&names=other:v2');
    expect(saved.headers.get('Content-Type')).toBe('application/x-tar');
    const tar = new Uint8Array(await saved.arrayBuffer());
    expect(await json(404, 'GET', '/images/get?names=nope')).toEqual({ message: 'No such image: nope' });
    expect(await json(404, 'GET', '/images/get?names=nope:x')).toEqual({ message: 'reference does not exist' });
    const id = source.find('alpine').id;
    expect(await json(404, 'GET', `/images/get?names=alpine&platform={"os":"linux","architecture":"arm64"}`)).toEqual({
      message:
        'image with reference alpine:latest was found but its platform (linux/386) does not match the specified platform (linux/arm64)',
    });
    expect(await json(400, 'GET', '/images/get?names=alpine&platform=linux')).toEqual({
      message: 'invalid platform linux: failed to parse platform',
    });

    const { images, transport } = await testEngine();
    const old = images.find('alpine');
    const changed = await images.create({ config: { ...old.config, author: 'me' }, layers: old.layers });
    await images.tag('alpine', changed.id);
    const load = async (body: Uint8Array, query = ''): Promise<Response> =>
      transport.fetch(
        new Request(`http://engine/images/load${query}`, { method: 'POST', body: body as Uint8Array<ArrayBuffer> }),
      );
    expect(await lines(await load(tar, '?quiet=1'))).toEqual([
      {
        stream: `The image alpine:latest already exists, renaming the old one with ID ${changed.id} to empty string\n`,
      },
      { stream: 'Loaded image: alpine:latest\n' },
      { stream: 'Loaded image: other:v2\n' },
    ]);
    const unnamed = await ask('GET', `/images/${id}/get`);
    const loud = await lines(await load(new Uint8Array(await unnamed.arrayBuffer())));
    expect(loud[0]).toMatchObject({ status: 'Loading layer', progressDetail: { current: 0 } });
    expect(loud.at(-1)).toEqual({ stream: `Loaded image ID: ${id}\n` });
    for (const [body, status, message] of [
      [new TextEncoder().encode('no archive'), 400, /unexpected end of archive/],
      [tar.subarray(0, 700), 400, /has \d+ of \d+ bytes/],
      [await gzip(new Uint8Array(2 << 20)), 413, /^the archive unpacks to more than 1048576 bytes/],
    ] as const) {
      const response = await load(body, '?quiet=1');
      expect([response.status, (await response.json()).message]).toEqual([status, expect.stringMatching(message)]);
    }
  });

  it('imports, from the body and from a URL', async () => {
    const tar = writeTar([fileEntry('hello', 'hi')]);
    const { images, transport, json } = await testEngine({
      fetch: async (url) => {
        if (url.endsWith('/no')) throw new Error('connection refused');
        return url.endsWith('/404') ? new Response(null, { status: 404 }) : new Response((await gzip(tar)) as BodyInit);
      },
    });
    const post = async (query: Record<string, string | readonly string[]>, body: BodyInit | null = null) => {
      const search = new URLSearchParams();
      for (const [name, values] of Object.entries(query))
        for (const value of [values].flat()) search.append(name, value);
      return transport.fetch(new Request(`http://engine/images/create?${search}`, { method: 'POST', body }));
    };
    const query = { fromSrc: '-', repo: 'made:v1', message: 'by me', changes: ['CMD ["/hello"]', 'ENV A=b'] };
    const [answer] = await lines(await post({ ...query, platform: 'linux/arm' }, tar as BodyInit));
    const image = images.find('made:v1');
    expect(answer).toEqual({ status: image.id });
    expect(image.config).toMatchObject({
      architecture: 'arm',
      variant: 'v7',
      config: { Cmd: ['/hello'], Env: ['A=b'] },
      history: [{ comment: 'by me' }],
    });
    expect([...(await images.rootfs(image.layers)).children.keys()]).toEqual(['hello']);
    const fetched = await lines(await post({ fromSrc: 'example.test/x.tar.gz' }));
    expect(fetched[0]).toEqual({ status: 'Downloading from http://example.test/x.tar.gz' });
    expect(images.find(fetched[1]?.status ?? '').config.history).toMatchObject([
      { comment: 'Imported from example.test/x.tar.gz' },
    ]);
    const before = images.list({ all: true });
    for (const [wrong, status, message] of [
      [{ fromSrc: '-', changes: 'RUN x' }, 400, 'run is not a valid change command'],
      [{ fromSrc: '-', repo: 'BAD' }, 400, 'invalid reference format: repository name (library/BAD) must be lowercase'],
      [{ fromSrc: '-', repo: `a@sha256:${'0'.repeat(64)}` }, 400, 'cannot import digest reference'],
      [{ fromSrc: '-', platform: 'windows' }, 400, 'operating system is not supported'],
      [{ fromSrc: '-', platform: 'a/b/c/d' }, 400, '"a/b/c/d": cannot parse platform specifier: invalid argument'],
      [{ fromSrc: 'http://x.test/no' }, 500, 'Get "http://x.test/no": connection refused'],
      [{ fromSrc: 'http://x.test/404' }, 500, 'failed to GET http://x.test/404 with status 404'],
      [{ fromSrc: '-' }, 400, /unexpected end of archive/],
    ] as const) {
      const response = await post(wrong, 'garbage');
      const expected = typeof message === 'string' ? message : expect.stringMatching(message);
      expect([response.status, (await response.json()).message]).toEqual([status, expected]);
    }
    expect(images.list({ all: true })).toEqual(before);
    expect(await json(200, 'GET', '/images/made:v1/history')).toMatchObject([{ CreatedBy: '', Comment: 'by me' }]);
  });
});

describe('build', () => {
  const context = directory({ Dockerfile: file('FROM alpine\nRUN echo hi\nENV A=b\n'), app: file('x') });

  async function buildWith(
    run: (request: BuildRequest, emit: (status: SolveStatus) => void) => Promise<void>,
    query = '',
    headers: Record<string, string> = {},
    body?: Uint8Array,
  ) {
    const { images } = await testEngine();
    const engine = await testEngine({
      images,
      build: async (request, emit) => {
        await run(request, emit);
        const names = { tags: ['docker.io/library/my:1'], warnings: [], unusedBuildArgs: [] };
        return { image: images.find('alpine'), archive: undefined, ...names };
      },
    });
    const response = await engine.transport.fetch(
      new Request(`http://engine/build?${query}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-tar', ...headers },
        body: (body ?? treeToTar(context)) as Uint8Array<ArrayBuffer>,
      }),
    );
    return { response, id: images.find('alpine').id };
  }

  const echo: SolveStatus = {
    vertexes: [{ digest: 'd2', name: '[2/2] RUN echo hi', started: '2026-01-01T00:00:00Z', lines: [2, 2] }],
    logs: [{ vertex: 'd2', stream: 1, data: new TextEncoder().encode('hi\n'), timestamp: '' }],
  };

  it('reads the context, plain or gzip, and the query', async () => {
    const seen: BuildRequest[] = [];
    const query = new URLSearchParams({
      dockerfile: 'Dockerfile',
      buildargs: '{"A":"1","B":null}',
      labels: '{"l":"v"}',
      nocache: '1',
      target: 'x',
      networkmode: 'none',
    });
    query.append('t', 'my:1');
    query.append('t', 'my:2');
    for (const body of [treeToTar(context), await gzip(treeToTar(context))]) {
      await buildWith(async (request) => void seen.push(request), query.toString(), {}, body);
    }
    for (const request of seen) {
      expect([...request.context.children.keys()].sort()).toEqual(['Dockerfile', 'app']);
      expect(request).toMatchObject({
        tags: ['my:1', 'my:2'],
        buildArgs: { A: '1' },
        labels: { l: 'v' },
        noCache: true,
        target: 'x',
        network: 'none',
      });
    }
    expect(seen).toHaveLength(2);
  });

  it('speaks as the classic builder to other clients', async () => {
    const step = { number: 1, total: 1, text: 'FROM alpine', completed: false };
    const { response, id } = await buildWith(async (request, emit) => {
      expect(request.stepwise).toBe(true);
      emit({ instructions: [step] });
      emit({ instructions: [{ ...step, completed: true, imageId: `sha256:${'1'.repeat(64)}` }] });
    }, 't=my:1');
    expect(await lines(response)).toEqual([
      { stream: 'Step 1/1 : FROM alpine\n' },
      { stream: ' ---> 111111111111\n' },
      { aux: { ID: id } },
      { stream: `Successfully built ${id.slice(7, 19)}\n` },
      { stream: 'Successfully tagged my:1\n' },
    ]);
    const quiet = await buildWith(async (_, emit) => emit(echo), 'q=1');
    expect(await lines(quiet.response)).toEqual([{ stream: `${quiet.id}\n` }]);
  });

  it('passes the events on to its own client', async () => {
    const { response, id } = await buildWith(async (_, emit) => emit(echo), '', { 'X-Drydock-Progress': '1' });
    const messages = await lines(response);
    expect(messages[0]).toMatchObject({
      id: 'drydock.progress',
      aux: { vertexes: [{ digest: 'd2' }], logs: [{ data: 'aGkK' }] },
    });
    expect(messages.at(-1)).toEqual({ aux: { ID: id } });
  });

  it('ends with the error, and the exit code of a RUN', async () => {
    const fail = async (): Promise<void> => {
      throw new BuildError('process', 'process "/bin/sh -c false" did not complete successfully: exit code: 3', {
        process: { argv: ['/bin/sh', '-c', 'false'], exitCode: 3 },
      });
    };
    const classic = await buildWith(async (_, emit) => {
      emit({ instructions: [{ number: 1, total: 1, text: 'RUN false', completed: false }] });
      await fail();
    });
    const message = "The command '/bin/sh -c false' returned a non-zero code: 3";
    expect((await lines(classic.response)).at(-1)).toEqual({ errorDetail: { code: 3, message }, error: message });
    const unread = await buildWith(async () => {
      throw new BuildError('dockerfile', 'dockerfile parse error on line 1: unknown instruction: FORM');
    });
    expect([unread.response.status, await unread.response.json()]).toEqual([
      400,
      { message: 'dockerfile parse error on line 1: unknown instruction: FORM' },
    ]);
    const own = await buildWith(fail, '', { 'X-Drydock-Progress': '1' });
    const [failure, error] = await lines(own.response);
    expect(failure?.aux).toMatchObject({ failure: { code: 'process', process: { exitCode: 3 } } });
    expect(error?.error).toContain('did not complete successfully');
  });

  it('refuses a context that is none', async () => {
    const { response } = await buildWith(async () => {}, '', {}, new TextEncoder().encode('x'.repeat(1024)));
    expect(response.status).toBe(400);
  });
});
