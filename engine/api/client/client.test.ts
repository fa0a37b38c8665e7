import { describe, expect, it } from 'vitest';
import { fakeEngine } from '../../cli/testing/fake-cli.ts';
import { demultiplex, EngineApiError, EngineClient, frame, frames, MultiplexError, ndjson } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (stream: ReadableStream<Uint8Array>) => new Response(stream as BodyInit).text();

/** The bytes, cut into pieces of `size`. */
function chunked(data: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let index = 0; index < data.length; index += size) controller.enqueue(data.subarray(index, index + size));
      controller.close();
    },
  });
}

function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('EngineClient', () => {
  it('sends methods, paths and queries of API 1.50', async () => {
    const engine = fakeEngine(({ path }) =>
      path.includes('/json') || path.includes('create') || path.includes('commit') || path.endsWith('/exec')
        ? Response.json(path.startsWith('/containers/json') ? [] : { Id: 'x' })
        : new Response(null, { status: 204 }),
    );
    const client = new EngineClient(engine.transport);
    await client.containers.list({ all: true, limit: 2, size: true, filters: { name: ['a b'] } });
    await client.containers.create({ Image: 'alpine' }, { name: 'web' });
    await client.containers.stop('web', { timeout: 0 });
    await client.containers.remove('web', { force: true });
    await client.containers.resize('web', { columns: 80, rows: 24 });
    await client.containers.commit({
      container: 'web',
      repo: 'docker.io/library/a',
      tag: '1',
      changes: ['CMD x', 'USER y'],
      pause: false,
    });
    await client.images.tag('alpine', 'docker.io/library/x', 'y');
    await client.exec.create('web', { Cmd: ['ls'] });
    expect(engine.seen.map(({ method, path, body }) => `${method} ${path} ${body}`.trim())).toEqual([
      'GET /containers/json?all=1&limit=2&size=1&filters={"name":["a+b"]}',
      'POST /containers/create?name=web {"Image":"alpine"}',
      'POST /containers/web/stop?t=0',
      'DELETE /containers/web?force=1',
      'POST /containers/web/resize?h=24&w=80',
      'POST /commit?changes=CMD+x&changes=USER+y&container=web&pause=0&repo=docker.io/library/a&tag=1',
      'POST /images/alpine/tag?repo=docker.io/library/x&tag=y',
      'POST /containers/web/exec {"Cmd":["ls"]}',
    ]);
  });

  it('turns an answer of 400 or more into an error with the engine’s words', async () => {
    const engine = fakeEngine(({ path }) =>
      path.includes('plain') ? new Response('gateway is down\n', { status: 502 }) : undefined,
    );
    const client = new EngineClient(engine.transport);
    await expect(client.containers.inspect('web')).rejects.toEqual(
      new EngineApiError(404, 'no answer to /containers/web/json'),
    );
    await expect(client.containers.inspect('plain')).rejects.toMatchObject({ status: 502, message: 'gateway is down' });
    await expect(client.containers.attach('web', { stream: true })).rejects.toBeInstanceOf(EngineApiError);
  });

  it('takes "already so" as success', async () => {
    const engine = fakeEngine(() => new Response(null, { status: 304 }));
    await expect(new EngineClient(engine.transport).containers.start('web')).resolves.toBeUndefined();
  });

  it('falls back to an older API, and never goes above its own', async () => {
    const paths: string[] = [];
    const client = (version: string) =>
      new EngineClient({
        async fetch(request) {
          paths.push(new URL(request.url).pathname);
          return Response.json([], { headers: { 'Api-Version': version } });
        },
        upgrade: () => Promise.reject(new Error('unused')),
      });
    for (const version of ['1.41', '1.99']) {
      const each = client(version);
      await each.negotiate();
      await each.containers.list();
    }
    expect(paths).toEqual(['/_ping', '/v1.41/containers/json', '/_ping', '/v1.50/containers/json']);
  });

  it('resolves a wait when the engine has taken note of it, before it is over', async () => {
    let finish: (text: string) => void = () => {};
    const engine = fakeEngine(
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              finish = (body) => {
                controller.enqueue(bytes(body));
                controller.close();
              };
            },
          }),
        ),
    );
    const { exit } = await new EngineClient(engine.transport).containers.wait('web', 'next-exit');
    finish('{"StatusCode":3}');
    expect(await exit).toEqual({ StatusCode: 3 });
  });
});

describe('multiplexed streams', () => {
  const stream = concatenated(
    frame('stdout', bytes('out one;')),
    frame('stderr', bytes('err one;')),
    frame('stdout', bytes('')),
    frame('stdout', bytes('out two')),
  );

  it.each([1, 3, 8, 11, 1000])('come apart when cut every %d bytes', async (size) => {
    const { stdout, stderr } = demultiplex(chunked(stream, size));
    expect(await Promise.all([text(stdout), text(stderr)])).toEqual(['out one;out two', 'err one;']);
  });

  it('hold back what nobody reads', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(frame('stdout', bytes('x')));
        },
      },
      { highWaterMark: 0 },
    );
    const { stdout } = demultiplex(endless);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(pulled).toBeLessThan(5);
    await stdout.cancel();
  });

  it('fail when they end inside a frame, or are none', async () => {
    const read = async (data: Uint8Array) => {
      for await (const _ of frames(chunked(data, 100)));
    };
    await expect(read(stream.subarray(0, stream.length - 1))).rejects.toThrow(MultiplexError);
    await expect(read(stream.subarray(0, 4))).rejects.toThrow('stream ended inside a frame');
    await expect(read(bytes('plain text'))).rejects.toThrow('Unrecognized input header: 112');
    const { stdout, stderr } = demultiplex(chunked(frame('system', bytes('went wrong')), 100));
    await expect(text(stdout)).rejects.toThrow('went wrong');
    await expect(text(stderr)).rejects.toThrow('went wrong');
  });
});

describe('ndjson', () => {
  it.each([1, 2, 5, 100])('reads values from pieces of %d bytes', async (size) => {
    const values = [];
    for await (const value of ndjson(chunked(bytes('{"a":"é…"}\r\n\n[1,2]\n"last"'), size))) values.push(value);
    expect(values).toEqual([{ a: 'é…' }, [1, 2], 'last']);
  });

  it('cancels the stream when the reader has had enough', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes('1\n2\n'));
      },
      cancel() {
        cancelled = true;
      },
    });
    for await (const value of ndjson(stream)) {
      expect(value).toBe(1);
      break;
    }
    expect(cancelled).toBe(true);
  });

  it('throws at a line that is not JSON', async () => {
    const read = async () => {
      for await (const _ of ndjson(chunked(bytes('{}\nnope\n'), 100)));
    };
    await expect(read()).rejects.toThrow(SyntaxError);
  });
});
