import { describe, expect, it } from 'vitest';
import { EngineUnreachableError } from '../api/client/errors.ts';
import { frame } from '../api/client/multiplex.ts';
import { type FakeEngine, fakeEngine, runCli, type Seen } from './testing/fake-cli.ts';

const ID = 'ab'.repeat(32);
const bytes = (text: string) => new TextEncoder().encode(text);
const refuse = (status: number, message: string) => Response.json({ message }, { status });
const nobody = fakeEngine(() => undefined);

interface Behaviour {
  readonly output?: readonly Uint8Array[];
  readonly exitCode?: number;
  readonly startError?: string;
  /** The image is only there once it has been pulled. */
  readonly pullFirst?: boolean;
}

/** Enough of an engine to run one container. */
function runningEngine({ output = [], exitCode = 0, startError, pullFirst = false }: Behaviour = {}): FakeEngine {
  let pulled = !pullFirst;
  return fakeEngine(({ path }: Seen) => {
    const [route = ''] = path.split('?');
    if (route === '/images/create') {
      pulled = true;
      return new Response('{"status":"Status: Downloaded newer image for alpine:latest"}\r\n');
    }
    if (route === '/containers/create') {
      return pulled ? Response.json({ Id: ID, Warnings: [] }) : refuse(404, 'No such image: alpine:latest');
    }
    if (route.endsWith('/attach')) return { duplex: output };
    if (route.endsWith('/wait')) return Response.json({ StatusCode: exitCode });
    if (route.endsWith('/start')) {
      return startError ? refuse(400, startError) : new Response(null, { status: 204 });
    }
    if (route.endsWith('/resize') || route.endsWith('/kill')) return new Response(null, { status: 200 });
    return undefined;
  });
}

const routes = (engine: FakeEngine) => engine.seen.map(({ method, path }) => `${method} ${path.replaceAll(ID, 'ID')}`);

describe('docker run', () => {
  it('attaches and waits before it starts, shows both streams and ends with the container’s exit code', async () => {
    const engine = runningEngine({
      output: [frame('stdout', bytes('out\n')), frame('stderr', bytes('err\n'))],
      exitCode: 3,
    });
    const ran = await runCli(['run', '--rm', '--name', 'web', 'alpine', 'sh', '-c', 'exit 3'], engine);
    expect(ran).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n', rawModes: [] });
    expect(routes(engine)).toEqual([
      'POST /containers/create?name=web',
      'POST /containers/ID/attach?stderr=1&stdout=1&stream=1',
      'POST /containers/ID/wait?condition=removed',
      'POST /containers/ID/start',
    ]);
    expect(JSON.parse(engine.seen[0]?.body ?? '')).toMatchObject({
      Image: 'alpine',
      Cmd: ['sh', '-c', 'exit 3'],
      AttachStdin: false,
      AttachStdout: true,
      HostConfig: { AutoRemove: true },
    });
  });

  it('prints the ID with -d and does not attach', async () => {
    const engine = runningEngine();
    expect(await runCli(['run', '-d', 'alpine'], engine)).toMatchObject({ code: 0, stdout: `${ID}\n` });
    expect(routes(engine)).toEqual(['POST /containers/create', 'POST /containers/ID/start']);
  });

  it('pulls an image that is not there', async () => {
    const engine = runningEngine({ pullFirst: true });
    const { code, stderr } = await runCli(['run', 'alpine', 'true'], engine);
    expect(code).toBe(0);
    expect(stderr).toBe(
      "Unable to find image 'alpine:latest' locally\nStatus: Downloaded newer image for alpine:latest\n",
    );
    expect(routes(engine).slice(0, 3)).toEqual([
      'POST /containers/create',
      'POST /images/create?fromImage=docker.io/library/alpine&tag=latest',
      'POST /containers/create',
    ]);
    const never = runningEngine({ pullFirst: true });
    expect(await runCli(['run', '--pull', 'never', 'alpine'], never)).toMatchObject({ code: 125 });
    expect(routes(never)).toEqual(['POST /containers/create']);
  });

  it('sends input with -i, and its end', async () => {
    const engine = runningEngine({ output: [frame('stdout', bytes('x'))] });
    await runCli(['run', '-i', 'alpine', 'cat'], engine, { stdin: 'hello' });
    expect(engine.typed()).toBe('hello');
    expect(routes(engine)[1]).toBe('POST /containers/ID/attach?stderr=1&stdin=1&stdout=1&stream=1');
    const without = runningEngine();
    await runCli(['run', 'alpine', 'cat'], without, { stdin: 'hello' });
    expect(without.typed()).toBe('');
  });

  it('makes the terminal raw, tells its size and gives it back', async () => {
    const engine = runningEngine({ output: [bytes('raw \x01 bytes')], exitCode: 130 });
    const ran = await runCli(['run', '-it', 'alpine'], engine, { tty: true });
    expect(ran).toMatchObject({ code: 130, stdout: 'raw \x01 bytes', rawModes: [true, false] });
    expect(routes(engine)).toContain('POST /containers/ID/resize?h=24&w=80');
    expect(await runCli(['run', '-it', 'alpine'], engine)).toMatchObject({
      code: 1,
      stderr: 'the input device is not a TTY\n',
    });
  });

  it('leaves the container running on the detach keys', async () => {
    const endless = fakeEngine(({ path }) => {
      if (path.includes('create')) return Response.json({ Id: ID, Warnings: null });
      if (path.includes('wait')) return new Response(new ReadableStream());
      return new Response(null, { status: 204 });
    });
    const engine: FakeEngine = {
      ...endless,
      transport: {
        ...endless.transport,
        upgrade: async () => ({
          headers: new Headers(),
          duplex: { readable: new ReadableStream(), writable: new WritableStream() },
        }),
      },
    };
    const ran = await runCli(['run', '-it', 'alpine'], engine, { tty: true, stdin: 'ls\r\x10\x11' });
    expect(ran).toMatchObject({ code: 0, rawModes: [true, false] });
  });

  it('hands signals on to the container', async () => {
    let end: () => void = () => {};
    const engine = fakeEngine(({ path }) => {
      if (path.includes('create')) return Response.json({ Id: ID, Warnings: null });
      if (path.includes('wait')) return Response.json({ StatusCode: 130 });
      if (path.includes('kill')) end();
      return new Response(null, { status: 204 });
    });
    const attached: FakeEngine = {
      ...engine,
      transport: {
        ...engine.transport,
        upgrade: async () => ({
          headers: new Headers(),
          duplex: {
            readable: new ReadableStream({
              start(controller) {
                end = () => controller.close();
              },
            }),
            writable: new WritableStream(),
          },
        }),
      },
    };
    expect((await runCli(['run', 'alpine'], attached, { signal: 2 })).code).toBe(130);
    expect(routes(engine)).toContain('POST /containers/ID/kill?signal=INT');
  });

  it.each([
    ['exec: "nosuch": executable file not found in $PATH: unknown', 127],
    ['exec: "/x": stat /x: no such file or directory: unknown', 127],
    ['exec: "/etc/passwd": permission denied: unknown', 126],
    ['exec: "/etc": is a directory: unknown', 126],
    ['something else', 125],
  ])('ends with Docker’s exit code for: %s', async (message, code) => {
    const ran = await runCli(['run', 'alpine', 'x'], runningEngine({ startError: message }));
    expect(ran).toMatchObject({
      code,
      stderr: `docker: Error response from daemon: ${message}\n\nRun 'docker run --help' for more information\n`,
    });
  });

  it.each([
    [['-p', 'foo', 'a'], 125, "docker: invalid containerPort: foo\n\nRun 'docker run --help' for more information\n"],
    [['-'], 125, "docker: invalid reference format\n\nRun 'docker run --help' for more information\n"],
    [['-d', '-a', 'stdout', 'a'], 1, 'conflicting options: cannot specify both --attach and --detach\n'],
    [
      ['-a', 'foo', 'a'],
      125,
      'invalid argument "foo" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR\n\n' +
        "Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information\n",
    ],
  ])('refuses %j', async (argv, code, stderr) => {
    expect(await runCli(['run', ...argv], nobody)).toMatchObject({ code, stderr });
  });
});

describe('docker exec', () => {
  const engine = (exitCode: number) =>
    fakeEngine(({ path }) => {
      if (path === '/containers/web/json') return Response.json({ Id: ID });
      if (path === '/containers/web/exec') return Response.json({ Id: 'e1' });
      if (path === '/exec/e1/start') return { duplex: [frame('stdout', bytes('hi\n'))] };
      if (path === '/exec/e1/json') return Response.json({ ExitCode: exitCode, Running: false });
      return undefined;
    });

  it('shows the output and ends with the exit code', async () => {
    const each = engine(5);
    const ran = await runCli(['exec', '-e', 'A=1', '-w', '/tmp', '-u', '1', 'web', 'ls', '-l'], each);
    expect(ran).toMatchObject({ code: 5, stdout: 'hi\n' });
    expect(JSON.parse(each.seen[1]?.body ?? '')).toEqual({
      User: '1',
      Privileged: false,
      Tty: false,
      AttachStdin: false,
      AttachStderr: true,
      AttachStdout: true,
      Detach: false,
      DetachKeys: '',
      Env: ['A=1'],
      WorkingDir: '/tmp',
      Cmd: ['ls', '-l'],
    });
  });

  it('says what the engine says', async () => {
    const stopped = fakeEngine(({ path }) =>
      path.endsWith('/json') ? Response.json({ Id: ID }) : refuse(409, `container ${ID} is not running`),
    );
    expect(await runCli(['exec', 'web', 'ls'], stopped)).toMatchObject({
      code: 1,
      stderr: `Error response from daemon: container ${ID} is not running\n`,
    });
  });
});

describe('docker', () => {
  it.each([
    [['foo'], 1, "docker: unknown command: docker foo\n\nRun 'docker --help' for more information\n"],
    [
      ['imagse'],
      1,
      "docker: unknown command: docker imagse\n\nDid you mean: docker images\n\nRun 'docker --help' for more information\n",
    ],
    [['constructor'], 1, "docker: unknown command: docker constructor\n\nRun 'docker --help' for more information\n"],
    [
      ['image', 'foo'],
      1,
      "docker: unknown command: docker image foo\n\nUsage:  docker image\n\nRun 'docker image --help' for more information\n",
    ],
    [['help', 'foo'], 1, 'unknown help topic: foo\n'],
    [['compose', 'up'], 1, "docker: 'docker compose' is not available: this lab has no compose plugin\n"],
    [
      ['ps', '--al'],
      125,
      "unknown flag: --al\n\nDid you mean: --all\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information\n",
    ],
    [
      ['--foo'],
      125,
      "unknown flag: --foo\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n",
    ],
    [
      ['ps', 'x'],
      1,
      "docker: 'docker ps' accepts no arguments\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information\n",
    ],
    [
      ['container', 'rm'],
      1,
      "docker: 'docker container rm' requires at least 1 argument\n\nUsage:  docker container rm [OPTIONS] CONTAINER [CONTAINER...]\n\nSee 'docker container rm --help' for more information\n",
    ],
    [
      ['tag', 'a'],
      1,
      "docker: 'docker tag' requires 2 arguments\n\nUsage:  docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]\n\nRun 'docker tag --help' for more information\n",
    ],
    [
      ['commit', 'a', 'b', 'c'],
      1,
      "docker: 'docker commit' requires at least 1 and at most 2 arguments\n\nUsage:  docker commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]\n\nRun 'docker commit --help' for more information\n",
    ],
  ])('%j', async (argv, code, stderr) => {
    expect(await runCli(argv, nobody)).toMatchObject({ code, stderr, stdout: '' });
  });

  it('says that nobody is there', async () => {
    const unreachable: FakeEngine = {
      ...nobody,
      transport: {
        fetch: () => Promise.reject(new EngineUnreachableError('unix:///x.sock')),
        upgrade: () => Promise.reject(new EngineUnreachableError('unix:///x.sock')),
      },
    };
    expect(await runCli(['ps'], unreachable)).toMatchObject({
      code: 1,
      stderr: 'Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n',
    });
    expect(await runCli(['run', 'a'], unreachable)).toMatchObject({ code: 125 });
  });

  it('is interrupted by SIGINT', async () => {
    const endless = fakeEngine(() => new Response(new ReadableStream()));
    expect(await runCli(['events'], endless, { signal: 2 })).toMatchObject({ code: 130, stderr: '' });
  });

  it('reports each failure after doing what it could', async () => {
    const engine = fakeEngine(({ path }) =>
      path.startsWith('/containers/bad') ? refuse(404, 'No such container: bad') : new Response(null, { status: 204 }),
    );
    expect(await runCli(['stop', 'bad', 'web'], engine)).toEqual(
      expect.objectContaining({
        code: 1,
        stdout: 'web\n',
        stderr: 'Error response from daemon: No such container: bad\n',
      }),
    );
    expect(await runCli(['start', 'bad', 'web'], engine)).toMatchObject({
      code: 1,
      stdout: 'web\n',
      stderr: 'Error response from daemon: No such container: bad\nError: failed to start containers: bad\n',
    });
    expect(await runCli(['rm', '-f', 'bad'], engine)).toMatchObject({ code: 0 });
    expect(await runCli(['rm', 'bad'], engine)).toMatchObject({ code: 1 });
  });

  it('inspects whatever has the name, as the engine wrote it', async () => {
    const engine = fakeEngine(({ path }) =>
      path === '/images/alpine/json' ? new Response('{"Id":"sha256:1","Size":12345678901234567890,"A":[]}') : undefined,
    );
    expect((await runCli(['inspect', 'alpine'], engine)).stdout).toBe(
      '[\n    {\n        "Id": "sha256:1",\n        "Size": 12345678901234567890,\n        "A": []\n    }\n]\n',
    );
    expect(await runCli(['inspect', 'nothing'], engine)).toMatchObject({
      code: 1,
      stdout: '[]\n',
      stderr: 'Error: No such object: nothing\n',
    });
    expect((await runCli(['inspect', '-f', '{{.Id}}', 'alpine'], engine)).stdout).toBe('sha256:1\n');
  });

  it('lists events with all digits of their time', async () => {
    const engine = fakeEngine(
      () =>
        new Response(
          '{"Type":"container","Action":"start","Actor":{"ID":"1","Attributes":{"name":"web","image":"alpine"}},"time":1795410235,"timeNano":1795410235543868475}\n',
        ),
    );
    expect((await runCli(['events', '--since', '1'], engine)).stdout).toBe(
      '2026-11-23T05:03:55.543868475Z container start 1 (image=alpine, name=web)\n',
    );
  });

  it('writes and reads archives', async () => {
    const engine = fakeEngine(({ path }) =>
      path.startsWith('/images/get') ? new Response('tar bytes') : new Response('{"stream":"Loaded image: a:1\\n"}\n'),
    );
    const tree = { kind: 'directory' as const, mode: 0o755, uid: 0, gid: 0, mtime: 0, children: new Map() };
    const root = { ...tree, children: new Map([['project', tree]]) };
    const saved = await runCli(['save', '-o', 'a.tar', 'a:1', 'b'], engine, { tree: root });
    expect(new TextDecoder().decode(saved.files.get('/project/a.tar'))).toBe('tar bytes');
    expect(engine.seen[0]?.path).toBe('/images/get?names=a:1&names=b');
    expect((await runCli(['save', 'a:1'], engine)).stdout).toBe('tar bytes');
    expect((await runCli(['save', 'a:1'], engine, { tty: true })).stderr).toContain('cowardly refusing');
    expect((await runCli(['load'], engine, { stdin: 'tar bytes' })).stdout).toBe('Loaded image: a:1\n');
    expect(engine.seen.at(-1)?.body).toBe('tar bytes');
  });
});
