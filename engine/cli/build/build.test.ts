import { describe, expect, it } from 'vitest';
import { OUTPUT_MESSAGE_ID, PROGRESS_MESSAGE_ID } from '../../api/types.ts';
import { toBase64 } from '../../builder/progress.ts';
import { directory, file } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import { type FakeEngine, fakeEngine, runCli } from '../testing/fake-cli.ts';

const id = `sha256:${'ab'.repeat(32)}`;
const tree = directory({
  project: directory({
    Dockerfile: file('FROM alpine\n'),
    password: file('hunter2'),
    big: file(new Uint8Array(600_000)),
    extra: directory({ e: file('extra') }),
  }),
  other: directory({ df: file('FROM outside\n') }),
});

const answer = (...messages: readonly object[]) =>
  new Response(
    [{ id: PROGRESS_MESSAGE_ID, aux: {} }, ...messages].map((message) => `${JSON.stringify(message)}\n`).join(''),
  );

const drydock = (...messages: readonly object[]): FakeEngine =>
  fakeEngine(() => answer(...messages, { aux: { ID: id } }), 'Drydock/0.1.0 (linux)');
const docker = (): FakeEngine => fakeEngine(() => answer({ aux: { ID: id } }));

describe('docker build, by what only Drydock’s engine takes', () => {
  it('sends secrets, contexts and a Dockerfile from outside as parts', async () => {
    const engine = drydock();
    const argv = ['build', '-f', '/other/df', '--secret', 'id=pw,src=password', '--secret', 'id=TOKEN'];
    const more = [
      '--secret',
      'type=env,id=x,src=OTHER',
      '--build-context',
      'more=extra',
      '--build-context',
      'base=docker-image://alpine',
    ];
    const { code, stderr } = await runCli([...argv, ...more, '.'], engine, {
      tree,
      env: { TOKEN: 't0k3n', OTHER: 'o' },
    });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const [request] = engine.seen;
    const parts = [...(request?.body ?? '').matchAll(/; name="([^"]+)"/g)].map(([, name]) => name);
    expect(parts).toEqual([
      'context',
      'dockerfile',
      'secret:pw',
      'secret:TOKEN',
      'secret:x',
      'context:more',
      'image:base',
    ]);
    for (const text of ['FROM outside\n', 'hunter2', 't0k3n', 'alpine']) expect(request?.body).toContain(text);
    // Nothing of a secret is in the query, which servers write into their logs.
    expect(request?.path).not.toMatch(/hunter2|t0k3n/);
    expect(request?.path).toContain('contextname=/project');
  });

  it.each([
    [['--secret', 'id=pw,src=password'], '--secret'],
    [['--build-context', 'a=extra'], '--build-context'],
    [['--no-cache-filter', 'a'], '--no-cache-filter'],
    [['-o', 'out'], '--output'],
    [['--check'], '--check'],
    [['--call=targets'], '--call'],
  ])('%j is not sent to another engine', async (flags, name) => {
    const engine = docker();
    const ran = await runCli(['build', ...flags, '.'], engine, { tree, env: { DOCKER_HOST: 'tcp://box:1' } });
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${name} needs Drydock's own engine, and the one at tcp://box:1 is none`),
    });
    expect(engine.seen).toEqual([]);
  });

  it('puts a Dockerfile from outside into the context for another engine, and tells it of no folder', async () => {
    const engine = docker();
    await runCli(['build', '-f', '/other/df', '.'], engine, { tree });
    expect(engine.seen[0]?.body).toContain('FROM outside\n');
    expect(engine.seen[0]?.path).not.toContain('contextname');
  });

  it.each([
    [['--secret', 'src=x'], 'secret missing ID'],
    [['--secret', 'id=a,type=b'], 'unsupported secret type "b"'],
    [['--secret', 'id=a,what=b'], "unexpected key 'what' in 'what=b'"],
    [['--secret', 'id'], "invalid field 'id' must be a key=value pair"],
    [['--secret', 'id=nothere'], 'failed to stat nothere: stat nothere: no such file or directory'],
    [['--secret', 'id=a,src=big'], 'secret a too big. max size 500KB'],
    [['--build-context', 'x'], 'invalid context value: x, expected key=value'],
    [
      ['--build-context', 'x=https://example.com/y'],
      'invalid context value: x=https://example.com/y: https is not supported',
    ],
    [['--build-context', 'x=nowhere'], 'unable to prepare context: path "nowhere" not found'],
    [['--ssh', 'default'], '--ssh is not supported: there is no SSH agent to forward to a build here'],
    [['--cache-to', 'type=inline'], '--cache-to is not supported: the build cache stays in the engine'],
    [['--sbom=true'], '--sbom is not supported: no attestations are made here'],
    [['--call=what'], 'unsupported call method "what"'],
    [['--call=check,format=json'], '--call=check,format=json: only text is printed here'],
    [['--push'], 'tag is needed when pushing to registry'],
    [['--progress=tty'], 'failed to get console: provided file is not a console'],
  ])('%j is refused', async (flags, message) => {
    const { code, stderr } = await runCli(['build', ...flags, '.'], drydock(), { tree });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`ERROR: failed to build: ${message}`)]);
  });

  it('takes what asks for nothing', async () => {
    const { code } = await runCli(
      ['build', '--sbom=false', '--provenance=false', '--builder=default', '.'],
      drydock(),
      { tree },
    );
    expect(code).toBe(0);
  });
});

describe('docker build: what becomes of it', () => {
  const tar = treeToTar(directory({ bin: directory({ app: file('program') }) }));
  const pieces = [tar.subarray(0, 700), tar.subarray(700)].map((piece) => ({
    id: OUTPUT_MESSAGE_ID,
    aux: toBase64(piece),
  }));
  const given = (): FakeEngine => fakeEngine(() => answer(...pieces), 'Drydock/0.1.0 (linux)');

  it('-o: a folder, a tar, or standard output', async () => {
    const folder = await runCli(['build', '-o', 'out', '.'], given(), { tree });
    expect(new TextDecoder().decode(folder.files.get('/project/out/bin/app'))).toBe('program');
    const engine = given();
    expect(
      (await runCli(['build', '-o', 'type=tar,dest=x.tar', '.'], engine, { tree })).files.get('/project/x.tar'),
    ).toEqual(tar);
    expect(engine.seen[0]?.path).toContain('outputs=[{"Type":"tarball"}]');
    expect((await runCli(['build', '-o', '-', '.'], given(), { tree })).stdout).toBe(new TextDecoder().decode(tar));
  });

  it('--iidfile, --metadata-file', async () => {
    const argv = ['build', '-t', 'app', '--iidfile', 'id', '--metadata-file', 'm.json', '.'];
    const { files } = await runCli(argv, drydock(), { tree });
    const text = (path: string) => new TextDecoder().decode(files.get(path));
    expect(text('/project/id')).toBe(id);
    expect(JSON.parse(text('/project/m.json'))).toEqual({
      'containerimage.config.digest': id,
      'containerimage.digest': id,
      'image.name': 'docker.io/library/app:latest',
    });
  });

  it('--push pushes every name', async () => {
    const engine = fakeEngine(
      ({ path }) => (path.startsWith('/build') ? answer({ aux: { ID: id } }) : new Response('{"status":"pushed"}\n')),
      'Drydock/0.1.0 (linux)',
    );
    const { code, stderr } = await runCli(
      ['build', '--push', '-t', 'localhost:5000/a', '-t', 'localhost:5000/b:2', '.'],
      engine,
      { tree },
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('pushed\n')]);
    expect(engine.seen.slice(1).map(({ path }) => path)).toEqual([
      '/images/localhost:5000/a/push?tag=latest',
      '/images/localhost:5000/b/push?tag=2',
    ]);
  });

  it('takes SOURCE_DATE_EPOCH, BUILDKIT_PROGRESS and DOCKER_BUILDKIT from the environment', async () => {
    const engine = drydock();
    const env = { SOURCE_DATE_EPOCH: '7', BUILDKIT_PROGRESS: 'quiet' };
    const { stdout, stderr } = await runCli(['build', '.'], engine, { tree, env });
    expect([stdout, stderr]).toEqual([`${id}\n`, '']);
    expect(engine.seen[0]?.path).toContain('buildargs={"SOURCE_DATE_EPOCH":"7"}');
    const classic = fakeEngine(() => new Response('{"stream":"Step 1/1 : FROM alpine\\n"}\n'), 'Drydock/0.1.0 (linux)');
    expect((await runCli(['build', '.'], classic, { tree, env: { DOCKER_BUILDKIT: '0' } })).stdout).toContain(
      'Step 1/1',
    );
  });

  it('--check, --call=outline and targets print what there is, and nothing of the build', async () => {
    const dockerfile = { name: 'Dockerfile', text: 'FROM alpine AS A\nCMD x\n' };
    const warning = {
      vertex: 'v',
      level: 1,
      short: 'JSONArgsRecommended: JSON arguments recommended (line 2)',
      detail: ['JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals'],
      url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
      rule: 'JSONArgsRecommended',
      range: { start: 2, end: 2 },
    };
    const inspecting = (inspection: object): FakeEngine =>
      fakeEngine(
        () => answer({ id: PROGRESS_MESSAGE_ID, aux: { inspection: { dockerfile, warnings: [], ...inspection } } }),
        'Drydock/0.1.0 (linux)',
      );
    const run = async (flag: string, inspection: object) => {
      const { code, stdout } = await runCli(['build', flag, '.'], inspecting(inspection), { tree });
      return [code, stdout];
    };
    expect(await run('--check', {})).toEqual([0, 'Check complete, no warnings found.\n']);
    expect(await run('--check', { warnings: [warning] })).toEqual([
      1,
      `Check complete, 1 warning has been found!

WARNING: JSONArgsRecommended - https://docs.docker.com/go/dockerfile/rule/json-args-recommended/
JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals
Dockerfile:2
--------------------
   1 |     FROM alpine AS A
   2 | >>> CMD x
   3 |${'     '}
--------------------
`,
    ]);
    expect(await run('--call=check', { error: { message: 'no such stage', excerpt: 'Dockerfile:1\n' } })).toEqual([
      1,
      'no such stage\nDockerfile:1\n',
    ]);
    const outline = {
      name: 'release',
      description: 'is small',
      args: [
        { name: 'GO_VERSION', value: '1.22', description: 'sets the Go version' },
        { name: 'URL', value: '', description: '' },
      ],
      secrets: [{ name: 'npm', required: true }],
    };
    expect(await run('--call=outline', { outline })).toEqual([
      0,
      `TARGET:      release
DESCRIPTION: is small

BUILD ARG    VALUE   DESCRIPTION
GO_VERSION   1.22    sets the Go version
URL${'                  '}

SECRET   REQUIRED
npm      true

`,
    ]);
    const targets = [
      { name: 'base', default: false, description: 'is the base' },
      { name: '', default: true, description: '' },
    ];
    expect(await run('--call=targets', { targets })).toEqual([
      0,
      `TARGET      DESCRIPTION\nbase        is the base\n(default)   \n`,
    ]);
  });
});
