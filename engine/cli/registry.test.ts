import { describe, expect, it } from 'vitest';
import { type FakeEngine, fakeEngine, runCli } from './testing/fake-cli.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const stream = (...messages: object[]): Response =>
  new Response(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(''));

const pushed = (): FakeEngine =>
  fakeEngine(() =>
    stream(
      { status: 'The push refers to repository [localhost:5000/app]' },
      { status: 'Preparing', progressDetail: {}, id: '0123456789ab' },
      { status: 'Pushing', progressDetail: { current: 1, total: 2 }, id: '0123456789ab' },
      { status: 'Pushed', progressDetail: {}, id: '0123456789ab' },
      { status: `v1: digest: ${DIGEST} size: 500` },
      { progressDetail: {}, aux: { Tag: 'v1', Digest: DIGEST, Size: 500 } },
    ),
  );

describe('push', () => {
  it.each([
    ['localhost:5000/app:v1', 'localhost:5000/app/push?tag=v1'],
    ['localhost:5000/app', 'localhost:5000/app/push?tag=latest'],
    ['-a localhost:5000/app', 'localhost:5000/app/push'],
    ['docker.io/library/app:v1', 'app/push?tag=v1'],
    ['--platform linux/386 app:v1', 'app/push?tag=v1&platform={"architecture":"386","os":"linux"}'],
    ['--platform linux/arm/v7 app:v1', 'app/push?tag=v1&platform={"architecture":"arm","os":"linux","variant":"v7"}'],
    ['--platform amd64 app:v1', 'app/push?tag=v1&platform={"architecture":"amd64","os":"linux"}'],
  ])('%s asks for %s', async (words, path) => {
    for (const command of [['push'], ['image', 'push']]) {
      const engine = pushed();
      const { code } = await runCli([...command, ...words.split(' ')], engine);
      expect([code, engine.seen.map((seen) => `${seen.method} ${seen.path}`)]).toEqual([0, [`POST /images/${path}`]]);
    }
  });

  it('prints what the engine tells, without bars where there is no terminal', async () => {
    expect(await runCli(['push', 'localhost:5000/app:v1'], pushed())).toMatchObject({
      code: 0,
      stdout: [
        'The push refers to repository [localhost:5000/app]',
        '0123456789ab: Preparing',
        '0123456789ab: Pushed',
        `v1: digest: ${DIGEST} size: 500`,
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('draws a layer’s line again on a terminal', async () => {
    const { stdout } = await runCli(['push', 'localhost:5000/app:v1'], pushed(), { tty: true, columns: 120 });
    const line = (text: string): string => `\x1b[1A\x1b[2K\r0123456789ab: ${text}\r\x1b[1B`;
    expect(stdout).toBe(
      'The push refers to repository [localhost:5000/app]\n' +
        `\n${line('Preparing ')}` +
        line(`Pushing [${'='.repeat(25)}>${' '.repeat(25)}]       1B/2B`) +
        line('Pushed ') +
        `v1: digest: ${DIGEST} size: 500\n`,
    );
  });

  it.each([
    ['-q localhost:5000/app:v1', 'localhost:5000/app:v1\n'],
    ['-q localhost:5000/app', 'localhost:5000/app:latest\n'],
    ['-aq localhost:5000/app', 'localhost:5000/app\n'],
    ['-q app', 'docker.io/library/app:latest\n'],
  ])('%s prints the name alone', async (words, stdout) => {
    expect(await runCli(['push', ...words.split(' ')], pushed())).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  it.each([
    ['-a app:v1', "tag can't be used with --all-tags/-a"],
    [`app@${DIGEST}`, 'cannot push a digest reference'],
    ['App', 'invalid reference format: repository name (library/App) must be lowercase'],
  ])('%s is refused before the engine is asked', async (words, message) => {
    const engine = pushed();
    expect(await runCli(['push', ...words.split(' ')], engine)).toMatchObject({ code: 1, stderr: `${message}\n` });
    expect(engine.seen).toEqual([]);
  });

  it('tells a failure on the way, also if it is to be quiet', async () => {
    const message = 'denied: requested access to the resource is denied';
    for (const quiet of [[], ['-q']]) {
      const engine = fakeEngine(() => stream({ status: 'x' }, { error: message, errorDetail: { message } }));
      expect(await runCli(['push', ...quiet, 'app:v1'], engine)).toMatchObject({ code: 1, stderr: `${message}\n` });
    }
  });
});

describe('pull', () => {
  const pulled = (): FakeEngine => fakeEngine(() => stream({ status: 'Status: x' }));

  it.each([
    [
      'app',
      'fromImage=docker.io/library/app&tag=latest',
      'Using default tag: latest\nStatus: x\ndocker.io/library/app:latest\n',
    ],
    ['-a localhost:5000/app', 'fromImage=localhost:5000/app', 'Status: x\nlocalhost:5000/app\n'],
    ['-aq localhost:5000/app', 'fromImage=localhost:5000/app', 'localhost:5000/app\n'],
    ['-q app:1', 'fromImage=docker.io/library/app&tag=1', 'docker.io/library/app:1\n'],
    [`app@${DIGEST}`, `fromImage=docker.io/library/app&tag=${DIGEST}`, `Status: x\ndocker.io/library/app@${DIGEST}\n`],
    [
      '--platform linux/386 app:1',
      'fromImage=docker.io/library/app&platform=linux/386&tag=1',
      'Status: x\ndocker.io/library/app:1\n',
    ],
  ])('%s asks for %s', async (words, query, stdout) => {
    const engine = pulled();
    expect(await runCli(['pull', ...words.split(' ')], engine)).toMatchObject({ code: 0, stdout, stderr: '' });
    expect(engine.seen.map(({ path }) => path)).toEqual([`/images/create?${query}`]);
  });
});

describe('search', () => {
  const found = (): FakeEngine =>
    fakeEngine(() =>
      Response.json([
        {
          name: 'alpine',
          description: `Small\nand ${'long '.repeat(20)}`,
          star_count: 7,
          is_official: true,
          is_automated: false,
        },
        { name: 'b', description: '', star_count: 0, is_official: false, is_automated: false },
      ]),
    );

  it('prints Docker’s table', async () => {
    const engine = found();
    const { code, stdout } = await runCli(['search', '--limit', '5', '-f', 'stars=3', 'alp'], engine);
    expect([code, engine.seen[0]?.path]).toEqual([0, '/images/search?term=alp&limit=5&filters={"stars":["3"]}']);
    expect(stdout).toBe(
      [
        'NAME      DESCRIPTION                                     STARS     OFFICIAL',
        'alpine    Small and long long long long long long long…   7         [OK]',
        'b                                                         0         ',
        '',
      ].join('\n'),
    );
  });

  it('prints JSON with words for truth', async () => {
    const { stdout } = await runCli(['search', '--no-trunc', '--format', '{{json .}}', 'b'], found());
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
      IsOfficial: 'true',
      Name: 'alpine',
      StarCount: '7',
    });
  });
});

it.each([
  ['login', /the registry of this lab is open to anybody/],
  ['logout', /the registry of this lab is open to anybody/],
  ['manifest', /docker image inspect --format/],
])('%s says why it is not there', async (name, message) => {
  const { code, stderr } = await runCli(
    [name, 'x'],
    fakeEngine(() => undefined),
  );
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
});
