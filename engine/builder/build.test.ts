import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { directory, file } from '../files/node.ts';
import { lookup } from '../files/tree.ts';
import { sha256 } from '../image/digest.ts';
import { StartError } from '../machine/errors.ts';
import { BuildError } from './errors.ts';
import { decodeStatus, encodeStatus } from './progress.ts';
import { testBuilder, tree } from './testing/environment.ts';

const base = tree({ 'bin/sh': 'x', 'etc/passwd': 'app:x:1000:1001::/:\n', 'etc/group': '' });
const context = tree({ app: '#!/bin/sh\n', 'sub/f': 'f\n' });

async function withBase(...args: Parameters<typeof testBuilder>) {
  const builder = await testBuilder(...args);
  await builder.addImage('alpine', base);
  return builder;
}

async function failure(promise: Promise<unknown>): Promise<BuildError> {
  const error: unknown = await promise.then(() => undefined).catch((reason) => reason);
  if (error instanceof BuildError) return error;
  throw new Error(`no BuildError but ${error}`);
}

describe('the image', () => {
  // Recorded from dockerd 20.10; where newer versions differ (ARG with its value, HEALTHCHECK's start interval) it is theirs.
  test('has the configuration and history that BuildKit writes', async () => {
    const builder = await withBase();
    const dockerfile = readFileSync(new URL('./testdata/configuration/Dockerfile', import.meta.url), 'utf8');
    const { image } = await builder.build({ context, dockerfile, buildArgs: { Q: 'w', HTTP_PROXY: 'p' } });
    const expected = readFileSync(new URL('./testdata/configuration/expected.json', import.meta.url), 'utf8');
    const { config, author, history = [] } = image.config;
    expect({ author, config, history: history.slice(1).map(({ created: _, ...step }) => step) }).toEqual(
      JSON.parse(expected),
    );
    expect(history.every(({ created }) => created?.endsWith('Z'))).toBe(true);
    expect(image.config.created).toBe(history.at(-1)?.created);
  });

  test('FROM scratch begins with a search path and a working directory', async () => {
    const builder = await testBuilder();
    const { image } = await builder.build({ context, dockerfile: 'FROM scratch\nCOPY app /\n' });
    const Env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
    expect(image.config).toMatchObject({ os: 'linux', architecture: '386', config: { Env, WorkingDir: '/' } });
  });

  test('ENTRYPOINT takes away an inherited CMD, and keeps the own one', async () => {
    const builder = await withBase();
    const own = await builder.build({ context, dockerfile: 'FROM alpine\nCMD foo\nENTRYPOINT ["x"]\n' });
    expect(own.image.config.config).toMatchObject({ Entrypoint: ['x'], Cmd: ['/bin/sh', '-c', 'foo'] });
    const inherited = await builder.build({ context, dockerfile: 'FROM alpine\nENTRYPOINT ["x"]\n' });
    expect(inherited.image.config.config?.Cmd).toBeUndefined();
  });

  test('is named, and labelled as the request says', async () => {
    const builder = await withBase();
    const { image, tags } = await builder.build({
      context,
      dockerfile: 'FROM alpine\nLABEL a=1 b=2\n',
      tags: ['x', 'localhost:5000/y:z'],
      labels: { b: '3', A: '0' },
    });
    expect(tags).toEqual(['docker.io/library/x:latest', 'localhost:5000/y:z']);
    expect(builder.images.find('x').id).toBe(image.id);
    expect(Object.entries(image.config.config?.Labels ?? {})).toEqual([
      ['A', '0'],
      ['a', '1'],
      ['b', '3'],
    ]);
    const error = await failure(builder.build({ context, dockerfile: 'FROM alpine\n', tags: ['X'] }));
    expect(error.message).toMatch(/^invalid tag "X": .*must be lowercase/);
  });

  test('is the same for the same input at a given time', async () => {
    const dockerfile = 'FROM scratch\nWORKDIR /w\nCOPY app sub/f ./\nENV A=1\nCMD ["/app"]\n';
    const ids = [];
    for (const mtime of [5, 7]) {
      const builder = await testBuilder(undefined, { sourceDateEpoch: 1_000_000_000 });
      const files = tree({ app: 'a', 'sub/f': 'f' }, { mtime });
      ids.push((await builder.build({ context: files, dockerfile })).image.id);
      const document = JSON.stringify(builder.images.list()[0]?.config);
      expect(document.match(/"created":"[^"]*"/g)).toEqual(Array(5).fill('"created":"2001-09-09T01:46:40Z"'));
    }
    expect(ids[0]).toBe(ids[1]);
  });
});

test('SOURCE_DATE_EPOCH may be a build argument', async () => {
  const builder = await testBuilder();
  const request = { context, dockerfile: 'FROM scratch\nCOPY app /\n' };
  const { image } = await builder.build({ ...request, buildArgs: { SOURCE_DATE_EPOCH: '1000000000' } });
  expect(image.config.created).toBe('2001-09-09T01:46:40Z');
  const error = await failure(builder.build({ ...request, buildArgs: { SOURCE_DATE_EPOCH: 'now' } }));
  expect(error.message).toBe('invalid SOURCE_DATE_EPOCH: now');
});

test('what is wrong with a trigger is told of at the FROM that brings it', async () => {
  const builder = await testBuilder();
  const context = tree({});
  for (const [trigger, message] of [
    ['RUNN x', 'unknown instruction: RUNN (did you mean RUN?)'],
    ['LABEL a=${', "syntax error: missing '}'"],
    ['COPY gone /', '"/gone": not found'],
  ] as const) {
    await builder.addImage('parent', tree({}), { OnBuild: [trigger] });
    const failure = await builder
      .build({ context, dockerfile: '# one\n\nFROM parent\nENV A=1\n' })
      .catch((error) => error);
    expect(failure.message).toContain(message);
    expect(failure.excerpt).toContain('   3 | >>> FROM parent\n');
  }
  expect(builder.vertex(/COPY/).name).toBe('[2/2] ONBUILD COPY gone /');
});

describe('names that may have been meant', () => {
  test.each([
    [
      'FROM scratch AS build\nENV A=1\nFROM biuld\n',
      'biuld: failed to resolve source metadata',
      '(did you mean build?)',
    ],
    [
      'FROM scratch AS build\nFROM scratch\nCOPY --from=buildd /a /\n',
      'buildd: failed to resolve',
      '(did you mean build?)',
    ],
    ['FROM lab/tolos\n', 'lab/tolos: failed to resolve', '(did you mean lab/tools?)'],
  ])('%j', async (dockerfile, message, hint) => {
    const builder = await testBuilder();
    await builder.addImage('lab/tools', tree({}));
    const failure = await builder.build({ context: tree({}), dockerfile }).catch((error: unknown) => error);
    expect((failure as BuildError).message).toContain(message);
    expect((failure as BuildError).message).toContain(hint);
  });
});

test('the default of an argument that is given is not looked at', async () => {
  const builder = await testBuilder();
  const dockerfile = 'FROM scratch\nARG A=${\nLABEL a=$A\n';
  const { image } = await builder.build({ context: tree({}), dockerfile, buildArgs: { A: 'given' } });
  expect(image.config.config?.Labels).toEqual({ a: 'given' });
  await expect(builder.build({ context: tree({}), dockerfile })).rejects.toThrow("syntax error: missing '}'");
});

test('COPY --link does not take a layer from the cache whose owner is another', async () => {
  const builder = await testBuilder();
  const passwd = (uid: number) => tree({ 'etc/passwd': `app:x:${uid}:${uid}::/:/bin/sh\n` });
  await builder.addImage('one', passwd(1));
  await builder.addImage('two', passwd(2));
  const owners: number[] = [];
  for (const base of ['one', 'two', 'one']) {
    const dockerfile = `FROM ${base}\nCOPY --link --chown=app f /f\n`;
    const { image } = await builder.build({ context: tree({ f: 'f' }), dockerfile });
    const root = await builder.images.rootfs(image.layers.map(({ diffId }) => diffId));
    owners.push(root.children.get('f')?.uid ?? -1);
  }
  expect(owners).toEqual([1, 2, 1]);
  expect(builder.vertex(/COPY/).cached).toBe(true);
});

describe('build checks that need more than the text', () => {
  test('what .dockerignore leaves out, and bases for other platforms', async () => {
    const builder = await testBuilder();
    await builder.addImage('base', tree({ bin: '' }));
    const { id } = await builder.images.create({ config: { architecture: 'amd64', os: 'linux' }, layers: [] });
    await builder.images.tag('docker.io/library/foreign:latest', id);
    const context = tree({ '.dockerignore': 'secret\n', secret: 's', ok: 'o' });
    const dockerfile = 'FROM foreign AS x\nFROM base\nCOPY --from=x / /\nCOPY ok /\nCOPY secret /\n';
    await expect(builder.build({ context, dockerfile })).rejects.toThrow('"/secret": not found');
    const warnings = builder.events.flatMap((event) => event.warnings ?? []);
    expect(warnings.map(({ short, url }) => [short, url])).toEqual([
      [
        'InvalidBaseImagePlatform: Base image foreign was pulled with platform "linux/amd64", expected "linux/386" for current build (line 1)',
        'https://docs.docker.com/go/dockerfile/rule/invalid-base-image-platform/',
      ],
      [
        'CopyIgnoredFile: Attempting to Copy file "secret" that is excluded by .dockerignore (line 5)',
        'https://docs.docker.com/go/dockerfile/rule/copy-ignored-file/',
      ],
    ]);
  });

  test('an exception in .dockerignore makes it unclear', async () => {
    const builder = await testBuilder();
    const context = tree({ '.dockerignore': 'd\n!d/x\n', 'd/x': '' });
    const { warnings } = await builder.build({ context, dockerfile: 'FROM scratch\nCOPY d /\n' });
    expect(warnings).toEqual([]);
  });
});

describe('RUN', () => {
  test('runs with the environment, user, directory and layers so far', async () => {
    const builder = await withBase(async () => ({ '/out': file('o') }));
    const dockerfile = [
      'FROM alpine',
      'ARG A=arg',
      'ARG B=hidden',
      'ARG NONE',
      'ENV B=env',
      'USER app',
      'WORKDIR /w',
      'RUN make $A',
      'RUN ["make", "b c"]',
      'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]',
      'RUN one |\\',
      '  two',
    ].join('\n');
    const { image } = await builder.build({ context, dockerfile, buildArgs: { https_proxy: 'p' } });
    const [shell, exec, bash] = builder.runs;
    expect(shell).toMatchObject({
      argv: ['/bin/sh', '-c', 'make $A'],
      env: ['PATH=/bin', 'A=arg', 'B=env', 'HTTPS_PROXY=p', 'https_proxy=p'],
      user: 'app',
      workingDir: '/w',
      network: 'default',
      mounts: [],
    });
    expect(shell?.layers.map(({ diffId }) => diffId)).toEqual(image.layers.slice(0, 2).map(({ diffId }) => diffId));
    expect(shell?.layers.map(({ chainId }) => chainId)).toEqual(image.layers.slice(0, 2).map(({ chainId }) => chainId));
    expect(exec?.argv).toEqual(['make', 'b c']);
    expect(bash?.argv).toEqual(['/bin/bash', '-eo', 'pipefail', '-c', 'one |  two']);
    expect(image.config.history?.map(({ created_by }) => created_by)).toContain(
      'RUN |3 A=arg B=env NONE= /bin/sh -c make $A # buildkit',
    );
    expect((await builder.images.rootfs(image.layers)).children.has('out')).toBe(true);
  });

  test('heredocs: a script for the shell, one with an interpreter, and one that the shell itself reads', async () => {
    const builder = await withBase();
    const dockerfile = 'FROM alpine\nRUN <<A\none\ntwo\nA\nRUN <<B\n#!/bin/x\nb\nB\nRUN <<-C cat >f\n\tin\n\tC\n';
    await builder.build({ context, dockerfile });
    const [script, own, shell] = builder.runs;
    expect(script?.argv).toEqual(['/bin/sh', '-c', 'one\ntwo\n']);
    expect(own?.argv).toEqual(['/dev/pipes/B']);
    const data = new TextEncoder().encode('#!/bin/x\nb\n');
    expect(own?.mounts).toEqual([{ type: 'file', target: '/dev/pipes/B', data, mode: 0o755, uid: 0, gid: 0 }]);
    expect(shell?.argv).toEqual(['/bin/sh', '-c', '<<-C cat >f\n\tin\nC']);
    expect(builder.vertexes().map(({ name }) => name)).toContain('[2/4] RUN <<A (one...)');
  });

  test('mounts: bind, cache, tmpfs and secret; a changed secret changes nothing', async () => {
    const builder = await withBase();
    const dockerfile = [
      'FROM scratch AS src',
      'COPY sub /sub',
      'FROM alpine',
      'WORKDIR /w',
      'RUN --mount=type=bind,from=src,source=sub,target=s --mount=type=cache,target=/c,id=k \\',
      ' --mount=type=tmpfs,target=/t,size=1m --mount=type=secret,id=pw --mount=type=secret,id=no \\',
      ' --mount=target=/ctx,rw --network=none true',
    ].join('\n');
    const secret = (text: string) => ({ pw: new TextEncoder().encode(text) });
    await builder.build({ context, dockerfile, secrets: secret('one') });
    const [run] = builder.runs;
    expect(run?.network).toBe('none');
    expect(run?.mounts.map((mount) => [mount.type, mount.target])).toEqual([
      ['bind', '/w/s'],
      ['cache', '/c'],
      ['tmpfs', '/t'],
      ['file', '/run/secrets/pw'],
      ['bind', '/ctx'],
    ]);
    const [bind, cache, tmpfs, , rw] = run?.mounts ?? [];
    expect(bind?.type === 'bind' && !bind.writable && [...bind.tree.children.keys()]).toEqual(['f']);
    expect(cache).toMatchObject({
      sharing: 'shared',
      description: expect.stringMatching(/^cached mount \/c from exec .* with id "k"$/),
    });
    expect(tmpfs).toMatchObject({ size: 1 << 20 });
    expect(rw).toMatchObject({ writable: true });
    await builder.build({ context, dockerfile: 'FROM alpine\nRUN --mount=source=app,target=/x true\n' });
    expect(builder.runs.pop()?.mounts).toMatchObject([{ type: 'file', target: '/x', mode: 0o644 }]);
    await builder.build({ context, dockerfile, secrets: secret('two') });
    expect(builder.runs).toHaveLength(1);
    await builder.build({ context: tree({ 'sub/f': 'changed' }), dockerfile, secrets: secret('two') });
    expect(builder.runs).toHaveLength(2);
  });

  test('a failure is told with code, lines and output, and leaves nothing of the step', async () => {
    const builder = await withBase(async (step) => {
      step.onOutput('stderr', new TextEncoder().encode('oh no\n'));
      return 3;
    });
    const dockerfile = 'FROM alpine\nCOPY app /\nRUN exit 3\n';
    const before = builder.images.list({ all: true }).length;
    const error = await failure(builder.build({ context, dockerfile, tags: ['bad'] }));
    expect(error).toMatchObject({
      code: 'process',
      message: 'process "/bin/sh -c exit 3" did not complete successfully: exit code: 3',
      vertex: '[3/3] RUN exit 3',
      process: { argv: ['/bin/sh', '-c', 'exit 3'], exitCode: 3 },
      excerpt: [
        'Dockerfile:3',
        '--------------------',
        '   1 |     FROM alpine',
        '   2 |     COPY app /',
        '   3 | >>> RUN exit 3',
        '   4 |     ',
        '--------------------',
        '',
      ].join('\n'),
    });
    expect(builder.images.list({ all: true })).toHaveLength(before);
    expect(() => builder.images.find('bad')).toThrow('No such image: bad:latest');
    expect(builder.vertex(/RUN/)).toMatchObject({ error: error.message });
    const logs = builder.events.flatMap(({ logs: found = [] }) => found);
    expect(logs.map(({ stream, data }) => [stream, new TextDecoder().decode(data)])).toEqual([[2, 'oh no\n']]);
    // The step before it was done, so it is in the cache; the failed one is not.
    await failure(builder.build({ context, dockerfile }));
    expect(builder.vertex(/COPY/).cached).toBe(true);
    expect(builder.runs).toHaveLength(2);
  });

  test('a program that cannot be started is a failed step', async () => {
    const builder = await withBase(() => {
      throw new StartError('exec', 2, '/nope', 'exec: "/nope": stat /nope: no such file or directory');
    });
    const error = await failure(builder.build({ context, dockerfile: 'FROM alpine\nRUN ["/nope"]\n' }));
    expect(error.message).toBe('process "/nope" did not complete successfully: exit code: 1');
    const [log] = builder.events.flatMap(({ logs = [] }) => logs);
    expect(new TextDecoder().decode(log?.data)).toContain('stat /nope: no such file or directory');
  });
});

describe('stages', () => {
  const dockerfile = [
    'ARG BASE=alpine',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile variable
    'FROM ${BASE} AS Build',
    'ENV KEPT=1',
    'RUN make',
    'FROM nowhere AS unused',
    'FROM build AS test',
    'RUN check',
    'FROM scratch',
    'COPY --from=build /made /a',
    'COPY --from=0 /made /b',
    'COPY --from=alpine /bin/sh /c',
  ].join('\n');
  const run = async () => ({ '/made': file('m', { uid: 7, gid: 8 }) });

  test('only those that are needed are built', async () => {
    const builder = await withBase(run);
    const { image } = await builder.build({ context, dockerfile });
    expect(builder.runs.map(({ argv }) => argv.at(-1))).toEqual(['make']);
    expect(builder.pulled).toEqual([]);
    const root = await builder.images.rootfs(image.layers);
    // COPY --from keeps owners.
    for (const name of ['a', 'b']) expect(root.children.get(name)).toMatchObject({ uid: 7, gid: 8 });
    expect(root.children.has('c')).toBe(true);
    expect(builder.vertexes().map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        '[build 1/2] FROM docker.io/library/alpine:latest',
        '[build 2/2] RUN make',
        '[stage-3 1/3] COPY --from=build /made /a',
      ]),
    );
  });

  test('a stage inherits the ARGs of the one it builds on', async () => {
    const builder = await withBase(run);
    const two = 'FROM alpine AS a\nARG X=1\nFROM a\nENV Y=$X\nRUN echo $Y $Z\n';
    const { image } = await builder.build({ context, dockerfile: two });
    expect(image.config.config?.Env).toContain('Y=1');
    expect(image.config.history?.at(-1)?.created_by).toBe('RUN |1 X=1 /bin/sh -c echo $Y $Z # buildkit');
    // Shown with what is set put in.
    expect(builder.vertexes().map(({ name }) => name)).toContain('[stage-1 1/1] RUN echo 1 $Z');
  });

  test('a target, by name whatever its case, or by number', async () => {
    const builder = await withBase(run);
    for (const target of ['TEST', '2']) {
      const { image } = await builder.build({ context, dockerfile, target });
      expect(image.config.config?.Env).toContain('KEPT=1');
      expect(image.layers).toHaveLength(3);
    }
    const error = await failure(builder.build({ context, dockerfile, target: 'biuld' }));
    expect(error.message).toBe('target stage "biuld" could not be found (did you mean build?)');
  });

  test('independent ones are built at the same time', async () => {
    let running = 0;
    let most = 0;
    const builder = await withBase(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      return { '/o': file('') };
    });
    const two =
      'FROM alpine AS a\nRUN a\nFROM alpine AS b\nRUN b\nFROM scratch\nCOPY --from=a /o /a\nCOPY --from=b /o /b\n';
    await builder.build({ context, dockerfile: two });
    expect(most).toBe(2);
    const metadata = builder.vertexes().filter(({ name }) => name.includes('load metadata'));
    expect(metadata).toHaveLength(1);
    await builder.build({ context, dockerfile: two, noCache: true, stepwise: true });
    expect(running).toBe(0);
  });

  test('the failure of one stops the others', async () => {
    const builder = await withBase(async ({ argv, signal }) => {
      if (argv.at(-1) === 'bad') return 1;
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('killed'))));
      return {};
    });
    const two =
      'FROM alpine AS a\nRUN long\nFROM alpine AS b\nRUN bad\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /\n';
    const error = await failure(builder.build({ context, dockerfile: two }));
    expect(error.message).toBe('process "/bin/sh -c bad" did not complete successfully: exit code: 1');
  });

  test('ONBUILD runs in the stage that builds on it, once', async () => {
    const builder = await withBase(run);
    await builder.build({ context, dockerfile: 'FROM alpine\nONBUILD COPY app /on\nONBUILD ENV ON=1\n', tags: ['on'] });
    const { image } = await builder.build({ context, dockerfile: 'FROM on\nRUN x\n' });
    expect(image.config.config).toMatchObject({ Env: ['PATH=/bin', 'ON=1'] });
    expect(image.config.config?.OnBuild).toBeUndefined();
    expect((await builder.images.rootfs(image.layers)).children.has('on')).toBe(true);
    expect(builder.vertexes().map(({ name }) => name)).toContain('[2/3] ONBUILD COPY app /on');
  });

  test('a cycle is refused', async () => {
    const builder = await withBase(run);
    const cycle = 'FROM alpine AS a\nCOPY --from=b / /\nFROM alpine AS b\nCOPY --from=a / /\n';
    const error = await failure(builder.build({ context, dockerfile: cycle }));
    expect(error.message).toBe('circular dependency detected on stage: a');
  });
});

describe('base images', () => {
  test('are pulled when they are not here, or when asked for', async () => {
    const builder = await withBase(undefined, {
      pullImage: async (reference, { onProgress, platform }) => {
        expect([reference, platform]).toEqual(['docker.io/library/busybox:1', 'linux/386']);
        onProgress('sha256:abc', 5, 10);
        return builder.addImage('busybox:1', base);
      },
    });
    await builder.build({ context, dockerfile: 'FROM busybox:1\n' });
    expect(builder.events.flatMap(({ statuses = [] }) => statuses)).toContainEqual(
      expect.objectContaining({ id: 'sha256:abc', current: 5, total: 10, vertex: builder.vertex(/FROM/).digest }),
    );
  });

  test('one that cannot be had', async () => {
    const builder = await withBase();
    const error = await failure(builder.build({ context, dockerfile: 'FROM nosuch:1\n' }));
    expect(error).toMatchObject({
      code: 'pull',
      message:
        'nosuch:1: failed to resolve source metadata for docker.io/library/nosuch:1: docker.io/library/nosuch:1: not found',
      vertex: '[internal] load metadata for docker.io/library/nosuch:1',
    });
    expect(error.excerpt).toContain('>>> FROM nosuch:1');
    await failure(builder.build({ context, dockerfile: 'FROM alpine\n', pull: true }));
    expect(builder.pulled).toEqual(['docker.io/library/nosuch:1', 'docker.io/library/alpine:latest']);
  });
});

describe('what is wrong', () => {
  test.each<[string, string]>([
    ['', 'the Dockerfile (Dockerfile) cannot be empty'],
    ['FROM alpine\n\nFORM x\n', 'dockerfile parse error on line 3: unknown instruction: FORM (did you mean FROM?)'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile variable
    ['FROM ${x}\n', 'base name (${x}) should not be blank'],
    [
      'FROM UPPER\n',
      'failed to parse stage name "UPPER": invalid reference format: repository name (library/UPPER) must be lowercase',
    ],
    [
      'FROM --platform=linux/arm64 alpine\n',
      'alpine: failed to resolve source metadata for docker.io/library/alpine:latest: no match for platform linux/arm64 in manifest: this engine runs linux/386',
    ],
    [
      'FROM alpine\nCOPY --from=$X / /\n',
      'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
    ],
    ['FROM alpine\nEXPOSE 99999\n', 'invalid containerPort: 99999'],
    ['FROM alpine\nEXPOSE 80/xyz\n', 'invalid proto: xyz'],
    ['FROM alpine\nSTOPSIGNAL NOPE\n', 'invalid signal: NOPE'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile variable
    ['FROM alpine\nENV a="${b:?no b}"\n', 'failed to process "\\"${b:?no b}\\"": b: no b'],
    ['# check=error=true\nFROM alpine\nMAINTAINER me\n', 'lint violation found for rules: MaintainerDeprecated'],
  ])('%j: %s', async (dockerfile, message) => {
    const builder = await withBase();
    const error = await failure(builder.build({ context, dockerfile }));
    expect(error.message).toBe(message);
    if (dockerfile) expect(error.excerpt).toContain('>>> ');
  });

  test('what fails below the builder has its place too', async () => {
    const builder = await withBase(() => Promise.reject(new TypeError('machine on fire')));
    const error = await failure(builder.build({ context, dockerfile: 'FROM alpine\nRUN x\n' }));
    expect(error).toMatchObject({ code: 'internal', message: 'machine on fire', vertex: '[2/2] RUN x' });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.excerpt).toContain('>>> RUN x');
  });

  test('a missing Dockerfile', async () => {
    const builder = await withBase();
    const missing = await failure(builder.build({ context }));
    expect(missing.message).toBe('failed to read dockerfile: open Dockerfile: no such file or directory');
    const other = await failure(builder.build({ context, dockerfilePath: 'docker/x' }));
    expect(other.message).toBe('failed to read dockerfile: open docker/x: no such file or directory');
  });

  test('giving up stops the running step', async () => {
    const abort = new AbortController();
    const builder = await withBase(async ({ signal }) => {
      abort.abort();
      expect(signal?.aborted).toBe(true);
      throw new Error('killed');
    });
    const error = await failure(builder.build({ context, dockerfile: 'FROM alpine\nRUN x\n', signal: abort.signal }));
    expect(error).toMatchObject({ code: 'canceled', message: 'context canceled' });
    expect((await failure(builder.build({ context, dockerfile: 'FROM alpine\n', signal: abort.signal }))).code).toBe(
      'canceled',
    );
  });
});

describe('the context', () => {
  test('is filtered by .dockerignore, or by the one of the Dockerfile', async () => {
    const files = tree({
      Dockerfile: 'FROM scratch\nCOPY . /\n',
      '.dockerignore': 'Dockerfile\n.dockerignore\nsecret',
      secret: 's',
      app: 'a',
    });
    const builder = await testBuilder();
    const { image } = await builder.build({ context: files });
    expect([...(await builder.images.rootfs(image.layers)).children.keys()]).toEqual(['app']);
    const own = directory(new Map([...files.children, ['Dockerfile.dockerignore', file('app')]]));
    const second = await builder.build({ context: own });
    expect([...(await builder.images.rootfs(second.image.layers)).children.keys()]).not.toContain('app');
    expect(lookup(await builder.images.rootfs(second.image.layers), '/secret')).toBeDefined();
  });

  test('is not read when no step needs it', async () => {
    const builder = await withBase();
    await builder.build({ context, dockerfile: 'FROM alpine\nRUN x\n' });
    expect(builder.vertexes().some(({ name }) => name === '[internal] load build context')).toBe(false);
  });
});

test('events survive the trip as JSON', async () => {
  const builder = await withBase(async (step) => {
    step.onOutput('stdout', new Uint8Array([0, 255, 10]));
    return {};
  });
  await builder.build({ context, dockerfile: 'FROM alpine\nRUN x\nMAINTAINER me\n' });
  const trip = (status: unknown) => decodeStatus(JSON.parse(JSON.stringify(status)));
  expect(builder.events.map(encodeStatus).map(trip)).toEqual(builder.events);
  expect(builder.events.flatMap(({ warnings = [] }) => warnings)).toMatchObject([
    { rule: 'MaintainerDeprecated', range: { start: 3, end: 3 } },
  ]);
});

test('--cache-from is told to give nothing, and stops nothing', async () => {
  const builder = await withBase();
  await builder.build({ context, dockerfile: 'FROM alpine\n', cacheFrom: ['x:1'] });
  expect(builder.vertex(/importing/)).toMatchObject({
    name: 'importing cache manifest from x:1',
    completed: expect.any(String),
  });
  expect(builder.vertex(/importing/).error).toBeUndefined();
});

test('every vertex starts, ends and has a name of its own', async () => {
  const builder = await withBase();
  await builder.build({ context, dockerfile: 'FROM alpine\nCOPY app /\nCOPY app /\n' });
  const all = builder.vertexes();
  expect(all.every(({ started, completed }) => started && completed && started <= completed)).toBe(true);
  expect(new Set(all.map(({ digest }) => digest)).size).toBe(all.length);
  expect(all.every(({ digest }) => /^sha256:[0-9a-f]{64}$/.test(digest))).toBe(true);
  expect(await sha256(new Uint8Array())).not.toBe(all[0]?.digest);
});
