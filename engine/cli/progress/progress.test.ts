import { describe, expect, it } from 'vitest';
import type { BuildMessage, JsonMessage } from '../../api/types.ts';
import { PROGRESS_MESSAGE_ID } from '../../api/types.ts';
import { encodeStatus, type SolveStatus } from '../../builder/progress.ts';
import { fakeEngine, runCli } from '../testing/fake-cli.ts';
import { PlainBuild } from './build-plain.ts';
import { TerminalBuild } from './build-terminal.ts';
import { BuildTrace } from './build-trace.ts';
import { progressBar } from './json-messages.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
const data = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A build of three steps, one from the cache, one that prints. */
const events: readonly SolveStatus[] = [
  { vertexes: [{ digest: 'a', name: '[internal] load build definition from Dockerfile', started: at(0) }] },
  {
    statuses: [
      {
        id: 'transferring dockerfile:',
        vertex: 'a',
        current: 111,
        total: 0,
        timestamp: at(0),
        started: at(0),
        completed: at(0),
      },
    ],
  },
  {
    vertexes: [
      { digest: 'a', name: '[internal] load build definition from Dockerfile', started: at(0), completed: at(0.01) },
      {
        digest: 'b',
        name: '[1/2] FROM docker.io/library/alpine:latest',
        started: at(0.02),
        completed: at(0.02),
        cached: true,
      },
      { digest: 'c', name: '[2/2] RUN echo hello', started: at(0.02) },
    ],
  },
  {
    statuses: [
      {
        id: 'transferring context:',
        vertex: 'c',
        current: 1_984_175,
        total: 3_000_000,
        timestamp: at(0.1),
        started: at(0.02),
      },
    ],
  },
  { logs: [{ vertex: 'c', stream: 1, data: data('hel'), timestamp: at(0.143) }] },
  { logs: [{ vertex: 'c', stream: 1, data: data('lo\nwor'), timestamp: at(0.2) }] },
  { logs: [{ vertex: 'c', stream: 2, data: data('ld'), timestamp: at(12.361) }] },
];
const done: SolveStatus = {
  vertexes: [{ digest: 'c', name: '[2/2] RUN echo hello', started: at(0.02), completed: at(12.5) }],
};

describe('PlainBuild', () => {
  const play = (list: readonly SolveStatus[]): string => {
    const plain = new PlainBuild(new BuildTrace());
    return list.map((event) => plain.update(event, start)).join('');
  };

  it('prints a step after another, as BuildKit does', () => {
    expect(play([...events, done])).toBe(`#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 111B done
#1 DONE 0.0s

#2 [1/2] FROM docker.io/library/alpine:latest
#2 CACHED

#3 [2/2] RUN echo hello
#3 0.123 hello
#3 0.180 world
#3 DONE 12.5s
`);
  });

  it('says why a step was not cached, once', () => {
    const step = { digest: 'x', name: '[2/2] COPY . .', started: at(0), reason: 'app changed' };
    expect(play([{ vertexes: [step] }, { vertexes: [{ ...step, completed: at(1) }] }])).toBe(
      '#1 [2/2] COPY . .\n#1 not cached: app changed\n#1 DONE 1.0s\n',
    );
  });

  it('keeps the lines of steps that run at the same time together', () => {
    const step = (digest: string, seconds?: number) => ({
      digest,
      name: digest,
      started: at(0),
      ...(seconds === undefined ? {} : { completed: at(seconds) }),
    });
    const log = (vertex: string, line: string) => ({
      logs: [{ vertex, stream: 1 as const, data: data(`${line}\n`), timestamp: at(1) }],
    });
    expect(
      play([
        { vertexes: [step('x'), step('y')] },
        log('y', 'from y'),
        log('x', 'from x'),
        { vertexes: [step('y', 2)] },
        { vertexes: [step('x', 3)] },
      ]),
    ).toBe('#1 x\n#1 1.000 from x\n#1 DONE 3.0s\n\n#2 y\n#2 1.000 from y\n#2 DONE 2.0s\n');
  });

  it('gives another step a turn when one goes on for long', () => {
    const plain = new PlainBuild(new BuildTrace());
    plain.update({ vertexes: [{ digest: 'x', name: 'x', started: at(0) }] }, start);
    const text = plain.update({ vertexes: [{ digest: 'y', name: 'y', started: at(6) }] }, start + 6000);
    expect(text).toBe('#1 ...\n\n#2 y\n');
  });
});

describe('TerminalBuild', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what is taken out
  const bare = (text: string): string => text.replace(/\x1b\[[\d;?]*[A-Za-z]|\r/g, '');
  const size = { columns: 60, rows: 24 };

  it('draws what is known, with the output of what runs', () => {
    const trace = new BuildTrace();
    const terminal = new TerminalBuild(trace, start);
    for (const event of events) trace.update(event);
    expect(bare(terminal.draw(size, false, start + 1500))).toBe(
      [
        '[+] Building 1.5s (2/3)                      docker:default',
        ' => [internal] load build definition from Dockerfile   0.0s',
        ' => => transferring dockerfile: 111B                   0.0s',
        ' => CACHED [1/2] FROM docker.io/library/alpine:latest  0.0s',
        ' => [2/2] RUN echo hello                               1.5s',
        ' => => transferring context: 1.98MB / 3.00MB           1.5s',
        ' => => # hello',
        '',
      ].join('\n'),
    );
  });

  it('goes back over its last picture, wipes what is left of it and says when it is finished', () => {
    const trace = new BuildTrace();
    const terminal = new TerminalBuild(trace, start);
    for (const event of events) trace.update(event);
    const first = terminal.draw(size, false, start + 1500);
    expect(first.startsWith('\r\x1b[?25l')).toBe(true);
    expect(first.split('\n').length - 1).toBe(7);
    trace.update(done);
    const last = terminal.draw(size, true, start + 12_500);
    // Up over the head and six lines; the log's line is gone, so one is wiped.
    expect(last.startsWith('\x1b[7A\r')).toBe(true);
    expect(last).toContain(`${' '.repeat(60)}\n\x1b[1A\r\x1b[?25h`);
    expect(bare(last)).toContain('[+] Building 12.5s (3/3) FINISHED            docker:default\n');
  });

  it('shows what runs when there is no room for all', () => {
    const trace = new BuildTrace();
    const terminal = new TerminalBuild(trace, start);
    for (const event of events) trace.update(event);
    const lines = bare(terminal.draw({ columns: 60, rows: 5 }, false, start)).split('\n');
    expect(lines.slice(1, -1)).toEqual([
      ' => [2/2] RUN echo hello                               0.0s',
      ' => => transferring context: 1.98MB / 3.00MB           0.0s',
      ' => => # hello',
    ]);
  });

  it('says why a step was not cached: beside its name, or below it if there is no room', () => {
    const step = { name: '[2/3] COPY . .', started: at(0), completed: at(1) };
    const trace = new BuildTrace();
    trace.update({
      vertexes: [
        { ...step, digest: 'a', reason: 'app changed' },
        { ...step, digest: 'b', reason: '[2/3] COPY . . above was run again' },
      ],
    });
    const text = new TerminalBuild(trace, start).draw(size, true, start + 1000);
    expect(bare(text).split('\n').slice(1)).toEqual([
      ' => [2/3] COPY . .  not cached: app changed            1.0s',
      ' => [2/3] COPY . .                                     1.0s',
      ' => => not cached: [2/3] COPY . . above was run again',
      '',
    ]);
    // Only the reason is faint.
    expect(text).toContain('\x1b[34m => [2/3] COPY . .\x1b[0m  \x1b[2mnot cached: app changed\x1b[0m\x1b[34m ');
  });

  it('says how a step ended', () => {
    const trace = new BuildTrace();
    trace.update({
      vertexes: [
        { digest: 'a', name: '[2/3] RUN false', started: at(0), completed: at(1), error: 'exit code: 1' },
        { digest: 'b', name: '[3/3] RUN x', started: at(0), completed: at(1), error: 'context canceled' },
      ],
    });
    const text = new TerminalBuild(trace, start).draw(size, true, start + 1000);
    expect(text).toContain('\x1b[31m => ERROR [2/3] RUN false');
    expect(text).toContain('\x1b[33m => CANCELED [3/3] RUN x');
  });
});

function stream(messages: readonly object[]): Response {
  return new Response(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(''));
}

function progress(status: SolveStatus): BuildMessage {
  return { id: PROGRESS_MESSAGE_ID, aux: encodeStatus(status) };
}

const tree = {
  kind: 'directory' as const,
  ...{ mode: 0o755, uid: 0, gid: 0, mtime: 0 },
  children: new Map([
    [
      'project',
      {
        kind: 'directory' as const,
        ...{ mode: 0o755, uid: 0, gid: 0, mtime: 0 },
        children: new Map([
          ['Dockerfile', { kind: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: 0, data: data('FROM alpine\n') }],
        ]),
      },
    ],
  ]),
};

describe('docker build', () => {
  const id = `sha256:${'ab'.repeat(32)}`;

  it('asks for events and shows them on stderr', async () => {
    const engine = fakeEngine(() => stream([...events, done].map(progress).concat([{ aux: { ID: id } }])));
    const ran = await runCli(['build', '-t', 'myapp', '--build-arg', 'A=1', '--build-arg', 'B', '.'], engine, { tree });
    expect([ran.code, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toContain('#0 building with "default" instance using docker driver\n\n#1 [internal] load build');
    expect(ran.stderr).toContain('\n#3 DONE 12.5s\n');
    expect(engine.seen[0]?.path).toBe(
      '/build?dockerfile=Dockerfile&networkmode=default&t=myapp&rm=1&buildargs={"A":"1","B":null}&labels={}&version=1',
    );
  });

  it('prints nothing but the ID with -q', async () => {
    const engine = fakeEngine(() => stream([...events, done].map(progress).concat([{ aux: { ID: id } }])));
    expect(await runCli(['build', '-q', '.'], engine, { tree })).toMatchObject({
      code: 0,
      stdout: `${id}\n`,
      stderr: '',
    });
  });

  it('ends with the failed step’s output, the place and the reason', async () => {
    const message = 'process "/bin/sh -c echo hello" did not complete successfully: exit code: 1';
    const failed = {
      vertexes: [{ digest: 'c', name: '[2/2] RUN echo hello', started: at(0.02), completed: at(12.5), error: message }],
    };
    const excerpt = 'Dockerfile:2\n--------------------\n   2 | >>> RUN echo hello\n--------------------\n';
    const engine = fakeEngine(() =>
      stream([
        ...[...events, failed].map(progress),
        { id: PROGRESS_MESSAGE_ID, aux: { failure: { message, excerpt } } },
        { error: message, errorDetail: { code: 1, message } },
      ]),
    );
    const { code, stderr } = await runCli(['build', '.'], engine, { tree });
    expect(code).toBe(1);
    expect(stderr).toContain(`#3 ERROR: ${message}\n`);
    expect(stderr.slice(stderr.indexOf('------'))).toBe(
      `------\n > [2/2] RUN echo hello:\n0.123 hello\n0.180 world\n------\n${excerpt}ERROR: failed to build: failed to solve: ${message}\n`,
    );
  });

  it('lists warnings', async () => {
    const warning = {
      vertex: 'a',
      level: 1,
      short: "StageNameCasing: Stage name 'A' should be lowercase (line 1)",
      detail: [],
      url: '',
      rule: 'StageNameCasing',
      range: { start: 1, end: 1 },
    };
    const engine = fakeEngine(() => stream([progress({ warnings: [warning] }), { aux: { ID: id } }]));
    expect((await runCli(['build', '.'], engine, { tree })).stderr).toContain(
      "\n 1 warning found (use docker --debug to expand):\n - StageNameCasing: Stage name 'A' should be lowercase (line 1)\n",
    );
  });

  it('expands warnings with --debug, the command’s or the client’s', async () => {
    const warning = {
      vertex: 'a',
      level: 1,
      short: "StageNameCasing: Stage name 'A' should be lowercase (line 1)",
      detail: ['Stage names should be lowercase'],
      url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
      rule: 'StageNameCasing',
      range: { start: 1, end: 1 },
    };
    const plan = { dockerfile: { name: 'Dockerfile', text: 'FROM alpine AS A' }, stages: [] };
    const engine = fakeEngine(() =>
      stream([progress({ plan }), progress({ warnings: [warning, warning] }), { aux: { ID: id } }]),
    );
    const each = ` - StageNameCasing: Stage name 'A' should be lowercase (line 1)
Stage names should be lowercase
More info: https://docs.docker.com/go/dockerfile/rule/stage-name-casing/
Dockerfile:1
--------------------
   1 | >>> FROM alpine AS A
--------------------

`;
    for (const argv of [
      ['--debug', 'build', '.'],
      ['-D', 'build', '.'],
      ['build', '-D', '.'],
    ]) {
      expect((await runCli(argv, engine, { tree })).stderr).toContain(`\n 2 warnings found:\n${each}${each}`);
    }
  });

  it('prints events as BuildKit does with --progress=rawjson', async () => {
    const warning = {
      vertex: 'a',
      level: 1,
      short: 's',
      detail: ['d'],
      url: 'u',
      rule: 'R',
      range: { start: 1, end: 2 },
    };
    const messages = [
      progress({ instructions: [] }),
      progress({ vertexes: [{ digest: 'a', name: 'n', started: at(0), reason: 'app changed', lines: [1, 1] }] }),
      progress({ logs: [{ vertex: 'a', stream: 1, data: data('hi'), timestamp: at(1) }] }),
      progress({ warnings: [warning] }),
      { aux: { ID: id } },
    ];
    const ran = await runCli(
      ['build', '--progress=rawjson', '.'],
      fakeEngine(() => stream(messages)),
      { tree },
    );
    expect(
      ran.stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { vertexes: [{ digest: 'a', name: 'n', started: at(0), reason: 'app changed' }] },
      { logs: [{ vertex: 'a', stream: 1, data: 'aGk=', timestamp: at(1) }] },
      {
        warnings: [
          {
            vertex: 'a',
            level: 1,
            short: 'cw==',
            detail: ['ZA=='],
            url: 'u',
            range: [{ start: { line: 1 }, end: { line: 2 } }],
          },
        ],
      },
    ]);
  });

  it('shows the classic text of an engine that has no events', async () => {
    const classic = [{ stream: 'Step 1/1 : FROM alpine\n' }, { stream: ' ---> 123\n' }, { aux: { ID: id } }];
    const ran = await runCli(
      ['build', '.'],
      fakeEngine(() => stream(classic)),
      { tree },
    );
    expect(ran.stdout).toMatch(
      /^Sending build context to Docker daemon {2}\d.*B\r\r\nStep 1\/1 : FROM alpine\n ---> 123\n$/,
    );
    const failing = fakeEngine(() =>
      stream([{ error: 'returned 7', errorDetail: { code: 7, message: 'returned 7' } }]),
    );
    expect(await runCli(['build', '.'], failing, { tree })).toMatchObject({ code: 7, stderr: 'returned 7\n' });
  });

  it('says what is wrong before it sends anything', async () => {
    const engine = fakeEngine(() => undefined);
    const stderr = async (...argv: readonly string[]) => (await runCli(['build', ...argv], engine, { tree })).stderr;
    expect(await stderr('nowhere')).toBe(
      'ERROR: failed to build: unable to prepare context: path "nowhere" not found\n',
    );
    expect(await stderr('-f', 'Nofile', '.')).toBe(
      'ERROR: failed to build: failed to solve: failed to read dockerfile: open Nofile: no such file or directory\n',
    );
    expect(await stderr('-t', 'A', '.')).toContain('invalid tag "A": invalid reference format: ');
    expect(await stderr('--progress', 'x', '.')).toContain('invalid progress mode: x');
    expect(engine.seen).toEqual([]);
  });
});

describe('docker pull', () => {
  const layers: readonly JsonMessage[] = [
    { status: 'Pulling from library/alpine', id: 'latest' },
    { status: 'Pulling fs layer', progressDetail: {}, id: 'aaa' },
    { status: 'Pulling fs layer', progressDetail: {}, id: 'bbb' },
    { status: 'Downloading', progressDetail: { current: 500, total: 1000 }, progress: '[=> ]', id: 'aaa' },
    { status: 'Pull complete', progressDetail: {}, id: 'aaa' },
    { status: 'Digest: sha256:123' },
    { status: 'Status: Downloaded newer image for alpine:latest' },
  ];
  const engine = fakeEngine(() => stream(layers));

  it('prints no bars without a terminal', async () => {
    const { stdout, code } = await runCli(['pull', 'alpine'], engine);
    expect(code).toBe(0);
    expect(engine.seen.at(-1)?.path).toBe('/images/create?fromImage=docker.io/library/alpine&tag=latest');
    expect(stdout).toBe(`Using default tag: latest
latest: Pulling from library/alpine
aaa: Pulling fs layer
bbb: Pulling fs layer
aaa: Pull complete
Digest: sha256:123
Status: Downloaded newer image for alpine:latest
docker.io/library/alpine:latest
`);
  });

  it('keeps a line for each layer on a terminal', async () => {
    const { stdout } = await runCli(['pull', 'alpine:latest'], engine, { tty: true, columns: 120 });
    const bar = `[${'='.repeat(25)}>${' '.repeat(25)}]     500B/1kB`;
    expect(stdout).toBe(
      'latest: Pulling from library/alpine\n' +
        '\n\x1b[1A\x1b[2K\raaa: Pulling fs layer \r\x1b[1B' +
        '\n\x1b[1A\x1b[2K\rbbb: Pulling fs layer \r\x1b[1B' +
        `\x1b[2A\x1b[2K\raaa: Downloading ${bar}\r\x1b[2B` +
        '\x1b[2A\x1b[2K\raaa: Pull complete \r\x1b[2B' +
        'Digest: sha256:123\nStatus: Downloaded newer image for alpine:latest\ndocker.io/library/alpine:latest\n',
    );
  });

  it('prints the name alone with -q, and fails with the stream', async () => {
    expect((await runCli(['pull', '-q', 'alpine'], engine)).stdout).toBe('docker.io/library/alpine:latest\n');
    const broken = fakeEngine(() => stream([...layers.slice(0, 2), { error: 'no space left on device' }]));
    for (const argv of [
      ['pull', 'alpine'],
      ['pull', '-q', 'alpine'],
    ]) {
      expect(await runCli(argv, broken)).toMatchObject({ code: 1, stderr: 'no space left on device\n' });
    }
  });
});

describe('progressBar', () => {
  it.each([
    [{}, 120, ''],
    [{ current: 1500 }, 120, '   1.5kB'],
    [{ current: 3, units: 'layers' }, 120, '3 layers'],
    [{ current: 500, total: 1000 }, 80, '    500B/1kB'],
    [{ current: 2000, total: 1000 }, 80, '     2kB'],
    [{ current: 500, total: 1000, hidecounts: true }, 80, ''],
    [{ current: 500, total: 1000, start: 100 }, 80, '    500B/1kB 10s'],
  ])('%j on %d columns', (detail, columns, text) => {
    expect(progressBar(detail, columns, 110_000)).toBe(text);
  });
});
