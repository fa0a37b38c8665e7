import { describe, expect, it } from 'vitest';
import { noRegistry, testEngine } from '../../container/testing/test-engine.ts';

const message = async (response: Response): Promise<[number, string]> => [
  response.status,
  ((await response.json()) as { message: string }).message,
];

describe('router', () => {
  it('answers a ping with what clients negotiate by', async () => {
    const { call } = await testEngine();
    for (const method of ['GET', 'HEAD']) {
      const response = await call(method, '/_ping');
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'api-version': '1.50',
        ostype: 'linux',
        'builder-version': '1',
        'docker-experimental': 'false',
        server: 'Drydock/0.1.0 (linux)',
      });
      expect(await response.text()).toBe(method === 'HEAD' ? '' : 'OK');
    }
  });

  it('takes API versions 1.24 to 1.50, and paths without one', async () => {
    const { call } = await testEngine();
    for (const path of ['/version', '/v1.24/version', '/v1.50/version']) {
      expect((await call('GET', path)).status).toBe(200);
    }
    expect(await message(await call('GET', '/v1.51/version'))).toEqual([
      400,
      'client version 1.51 is too new. Maximum supported API version is 1.50',
    ]);
    expect(await message(await call('GET', '/v1.23/version'))).toEqual([
      400,
      'client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version',
    ]);
  });

  it('knows no other paths and methods', async () => {
    const { call } = await testEngine();
    expect(await message(await call('GET', '/v1.50/nothing'))).toEqual([404, 'page not found']);
    expect(await message(await call('DELETE', '/version'))).toEqual([404, 'page not found']);
  });

  it('words broken bodies as Go does', async () => {
    const { call, transport } = await testEngine();
    const cases: [string, string][] = [
      ['', 'invalid JSON: got EOF while reading request body'],
      ['{"Image": alpine}', "invalid JSON: invalid character 'a' looking for beginning of value"],
      ['{"Image":"alpine"', 'invalid JSON: unexpected EOF'],
      ['{"Image" "alpine"}', `invalid JSON: invalid character '"' after object key`],
      ['{"a":1,}', "invalid JSON: invalid character '}' looking for beginning of object key string"],
      [
        '{"Image":["alpine"]}',
        'invalid JSON: json: cannot unmarshal array into Go struct field CreateRequest.Image of type string',
      ],
    ];
    for (const [body, expected] of cases) {
      expect(await message(await call('POST', '/containers/create', body))).toEqual([400, expected]);
    }
    const plain = new Request('http://engine/containers/create', { method: 'POST', body: '{}' });
    expect(await message(await transport.fetch(plain))).toEqual([
      400,
      "unsupported Content-Type header (text/plain;charset=UTF-8): must be 'application/json'",
    ]);
  });

  it('is in no swarm', async () => {
    const { call } = await testEngine();
    for (const path of ['/services', '/nodes', '/swarm', '/secrets/x']) {
      const [status, text] = await message(await call('GET', path));
      expect(status).toBe(503);
      expect(text).toContain('This node is not a swarm manager.');
    }
    const info = (await (await call('GET', '/info')).json()) as { Swarm: { LocalNodeState: string } };
    expect(info.Swarm.LocalNodeState).toBe('inactive');
  });

  it('hands other prefixes to others', async () => {
    const { createRouter } = await import('./index.ts');
    const { machine, images, containers, events } = await testEngine();
    const unexpected = (): Promise<never> => Promise.reject(new Error('unexpected'));
    const transport = createRouter(
      {
        machine,
        images,
        containers,
        events,
        about: { version: '1', commit: '', kernel: '', registry: '' },
        registry: noRegistry,
        build: unexpected,
        inspectBuild: unexpected,
        buildCache: { list: () => [], prune: () => Promise.reject(new Error('not part of this test')) },
        fetch: unexpected,
        unpackLimit: 0,
      },
      {
        extraRoutes: [
          {
            prefix: '/_drydock/',
            transport: { fetch: async () => new Response('lab'), upgrade: async () => new Response('lab') },
          },
        ],
      },
    );
    expect(await (await transport.fetch(new Request('http://engine/_drydock/x'))).text()).toBe('lab');
  });

  it('streams events by filter, past and to come', async () => {
    const { call, json } = await testEngine();
    const { Id } = (await json(201, 'POST', '/containers/create?name=aa', { Image: 'alpine' })) as { Id: string };
    const filters = encodeURIComponent(JSON.stringify({ type: { container: true }, event: ['create', 'start'] }));
    const response = await call('GET', `/events?since=1&filters=${filters}`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader?.read();
    expect(JSON.parse(first?.value ?? '')).toMatchObject({
      Type: 'container',
      Action: 'create',
      Actor: { ID: Id, Attributes: { image: 'alpine', name: 'aa', maker: 'test' } },
      scope: 'local',
    });
    await call('POST', '/containers/aa/attach?stream=1&stdout=1');
    await call('POST', '/containers/aa/start');
    expect(JSON.parse((await reader?.read())?.value ?? '')).toMatchObject({ Action: 'start' });
    await reader?.cancel();
    const until = await call('GET', '/events?since=1&until=2');
    expect(await until.text()).toBe('');
  });
});
