import { describe, expect, it } from 'vitest';
import { BuildError } from '../../builder/errors.ts';
import type { SolveStatus } from '../../builder/progress.ts';
import type { BuildRequest } from '../../builder/request.ts';
import { noRegistry, testEngine } from '../../container/testing/test-engine.ts';
import { directory, file } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import { gzip } from '../../image/gzip.ts';
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
    const engine = await testEngine({
      save: async (names) => new TextEncoder().encode(names.join()),
      load: async (tar) => [new TextDecoder().decode(tar), `sha256:${'0'.repeat(64)}`],
    });
    expect(await (await engine.call('GET', '/images/get?names=alpine&names=alpine:latest')).text()).toBe(
      'alpine,alpine:latest',
    );
    expect((await engine.call('GET', '/images/get?names=nope')).status).toBe(404);
    const loaded = await engine.transport.fetch(
      new Request('http://engine/images/load', { method: 'POST', body: 'x:1' }),
    );
    expect(await lines(loaded)).toEqual([
      { stream: 'Loaded image: x:1\n' },
      { stream: `Loaded image ID: sha256:${'0'.repeat(64)}\n` },
    ]);
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
        return { image: images.find('alpine'), tags: ['docker.io/library/my:1'], warnings: [], unusedBuildArgs: [] };
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
