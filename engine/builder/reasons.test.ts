import { beforeEach, describe, expect, test } from 'vitest';
import { file } from '../files/node.ts';
import { BuildError } from './errors.ts';
import type { BuildRequest } from './request.ts';
import { type TestBuilder, testBuilder, tree } from './testing/environment.ts';

const root = tree({ 'bin/sh': 'x', 'etc/passwd': 'app:x:1000:1001::/:\n' });
const context = tree({ app: '#!/bin/sh\n', 'sub/f': 'f\n', 'sub/g': 'g\n' });

let builder: TestBuilder;
let failing = '';
/** Counts runs, so that a step that is run again gives another layer, as one on a machine does. */
let runs = 0;

beforeEach(async () => {
  failing = '';
  builder = await testBuilder(async ({ argv }) => (argv.at(-1) === failing ? 1 : { '/out': file(`${runs++}`) }));
  await builder.addImage('alpine', root);
});

/** Builds, and gives for each step that can be cached whether it was, or why not. */
async function steps(
  dockerfile: string,
  request: Partial<BuildRequest> = {},
): Promise<Readonly<Record<string, string>>> {
  await builder.build({ context, dockerfile, tags: ['x'], ...request });
  return told();
}

function told(): Readonly<Record<string, string>> {
  const named = builder.vertexes().filter(({ lines }) => lines !== undefined);
  return Object.fromEntries(
    named.map(({ name, cached, reason }) => [
      name.replace(/^\[(\S+ )?\s*\d+\/\d+\] /, '$1'),
      cached ? 'CACHED' : (reason ?? ''),
    ]),
  );
}

const dockerfile = 'FROM alpine\nARG V\nCOPY . /src\nRUN build $V\nARG W\nRUN again\nENV X=1\n';
const cached = { 'COPY . /src': 'CACHED', 'RUN build $V': 'CACHED', 'RUN again': 'CACHED' };
const above = '[2/4] COPY . /src above was run again';

describe('why a step was not taken from the cache', () => {
  test('the first build; then all is cached, and the image is the same', async () => {
    const first = 'first build';
    expect(await steps(dockerfile)).toEqual({ 'COPY . /src': first, 'RUN build $V': first, 'RUN again': first });
    const { id } = builder.images.find('x');
    expect(await steps(dockerfile)).toEqual(cached);
    expect(builder.images.find('x').id).toBe(id);
  });

  test('a file that was only touched, or has another owner in the context, counts as the same', async () => {
    await steps(dockerfile);
    const touched = tree({ app: file('#!/bin/sh\n', { mtime: 99, uid: 5 }), 'sub/f': 'f\n', 'sub/g': 'g\n' });
    expect(await steps(dockerfile, { context: touched })).toEqual(cached);
  });

  test.each<[string, Parameters<typeof tree>[0], string]>([
    ['one byte', { app: '#!/bin/sH\n', 'sub/f': 'f\n', 'sub/g': 'g\n' }, 'app changed'],
    [
      'the mode',
      { app: file('#!/bin/sh\n', { mode: 0o755 }), 'sub/f': 'f\n', 'sub/g': 'g\n' },
      'mode or owner of app changed',
    ],
    ['several', { app: '', 'sub/f': '', 'sub/g': 'g\n' }, 'app, sub/f changed'],
    ['one more', { app: '#!/bin/sh\n', new: '', 'sub/f': 'f\n', 'sub/g': 'g\n' }, 'new added'],
    ['a whole directory less', { app: '#!/bin/sh\n' }, 'sub removed'],
    [
      'of everything',
      { app: '', 'sub/f': 'f\n', more: '', 'than/one': '' },
      'app changed, more, than added, sub/g removed',
    ],
    [
      'many',
      { app: '#!/bin/sh\n', 'sub/f': 'f\n', 'sub/g': 'g\n', a: '', b: '', c: '', d: '' },
      'a, b and 2 more added',
    ],
  ])('files: %s', async (_, files, reason) => {
    await steps(dockerfile);
    expect(await steps(dockerfile, { context: tree(files) })).toEqual({
      'COPY . /src': reason,
      'RUN build $V': above,
      'RUN again': above,
    });
  });

  test('a build argument, from its declaration on', async () => {
    await steps(dockerfile);
    const changed = 'build argument W changed';
    expect(await steps(dockerfile, { buildArgs: { W: '1' } })).toEqual({ ...cached, 'RUN again': changed });
    expect(await steps(dockerfile, { buildArgs: { W: '1', V: '2' } })).toEqual({
      'COPY . /src': 'CACHED',
      'RUN build 2': 'build argument V changed',
      'RUN again': 'build argument V changed; [3/4] RUN build 2 above was run again',
    });
    // What no ARG declares, and proxies, change nothing.
    expect(await steps(dockerfile, { buildArgs: { W: '1', V: '2', Q: 'q', HTTPS_PROXY: 'p' } })).toEqual({
      'COPY . /src': 'CACHED',
      'RUN build 2': 'CACHED',
      'RUN again': 'CACHED',
    });
    // One that ENV overrides neither.
    const overridden = 'FROM alpine\nARG A\nENV A=1\nRUN x\n';
    await steps(overridden, { buildArgs: { A: '5' } });
    expect(await steps(overridden, { buildArgs: { A: '6' } })).toEqual({ 'RUN x': 'CACHED' });
  });

  test('a build argument that is put into an instruction', async () => {
    const text = 'FROM alpine\nARG FILE=app\nARG DIR\nWORKDIR /w$DIR\nCOPY $FILE /f\nCOPY <<EOF /e\nfrom $FILE\nEOF\n';
    await steps(text);
    expect(await steps(text, { buildArgs: { FILE: 'sub/f' } })).toMatchObject({
      'WORKDIR /w$DIR': 'CACHED',
      'COPY sub/f /f': 'build argument FILE changed',
      'COPY <<EOF /e (from $FILE)': expect.stringMatching(
        /^build argument FILE changed; \[3\/4\] COPY sub\/f \/f above/,
      ),
    });
  });

  test('a variable, the user, the shell, the network', async () => {
    const text = (lines: string) => `FROM alpine\n${lines}\nRUN x\n`;
    await steps(text('ENV A=1'));
    expect(await steps(text('ENV A=2'))).toEqual({ 'RUN x': 'variable A changed' });
    expect(await steps(text('ENV A=2\nUSER app'))).toEqual({ 'RUN x': 'USER changed' });
    expect(await steps(text('ENV A=2\nUSER app\nSHELL ["/bin/ash", "-c"]'))).toEqual({ 'RUN x': 'SHELL changed' });
    const shell = text('ENV A=2\nUSER app\nSHELL ["/bin/ash", "-c"]');
    expect(await steps(shell, { network: 'none' })).toEqual({ 'RUN x': '--network changed' });
    expect(await steps(text('ENV A=1'))).toEqual({ 'RUN x': 'CACHED' });
  });

  test('an edited, inserted or moved instruction is told from those around it', async () => {
    const text = (...lines: readonly string[]) => ['FROM alpine', ...lines].join('\n');
    await steps(text('RUN a', 'COPY app /', 'RUN b'));
    const edited = '[3/4] COPY sub / above was run again';
    expect(await steps(text('RUN a', 'COPY sub /', 'RUN b'))).toEqual({
      'RUN a': 'CACHED',
      'COPY sub /': 'instruction changed',
      'RUN b': edited,
    });
    expect(await steps(text('RUN a', 'WORKDIR /w', 'COPY sub /', 'RUN b'))).toEqual({
      'RUN a': 'CACHED',
      'WORKDIR /w': 'new instruction',
      'COPY sub /': '[3/5] WORKDIR /w above was run again',
      'RUN b': 'WORKDIR changed; [3/5] WORKDIR /w above was run again',
    });
    // Back to what was built before.
    expect(await steps(text('RUN a', 'COPY app /', 'RUN b'))).toEqual({
      'RUN a': 'CACHED',
      'COPY app /': 'CACHED',
      'RUN b': 'CACHED',
    });
  });

  test('a base image that is another one now', async () => {
    await steps('FROM alpine\nRUN a\nRUN b\n');
    await builder.addImage('alpine', tree({ 'bin/sh': 'newer' }));
    expect(await steps('FROM alpine\nRUN a\nRUN b\n')).toEqual({
      'RUN a': 'base image alpine changed',
      'RUN b': 'base image alpine changed',
    });
    await builder.addImage('busybox', tree({ 'bin/sh': 'other' }));
    const other = 'base image busybox instead of base image alpine';
    expect(await steps('FROM busybox\nRUN a\nRUN b\n')).toEqual({ 'RUN a': other, 'RUN b': other });
    const variable = 'ARG BASE=busybox\nFROM $BASE\nRUN c\n';
    await steps(variable);
    expect(await steps(variable, { buildArgs: { BASE: 'alpine' } })).toEqual({
      'RUN c': 'base image docker.io/library/alpine:latest instead of base image docker.io/library/busybox:latest',
    });
  });

  test('another stage: what it builds on, what it copies', async () => {
    const text = [
      'FROM alpine AS one',
      'COPY app /app',
      'FROM one AS two',
      'RUN two',
      'FROM alpine',
      'COPY --from=two /app /a',
      'COPY --from=alpine /bin/sh /s',
    ].join('\n');
    await steps(text);
    const app = tree({ app: 'changed', 'sub/f': 'f\n', 'sub/g': 'g\n' });
    expect(await steps(text, { context: app })).toEqual({
      'one COPY app /app': 'app changed',
      'two RUN two': '[one 2/2] COPY app /app above was run again',
      'stage-2 COPY --from=two /app /a': 'app from two changed',
      'stage-2 COPY --from=alpine /bin/sh /s': '[stage-2 2/3] COPY --from=two /app /a above was run again',
    });
  });

  test('a stage that was never built, and one that is there already', async () => {
    const text = 'FROM alpine AS a\nRUN a\nFROM a AS b\nRUN b\nFROM a\nRUN c\n';
    await steps(text, { target: 'b' });
    expect(await steps(text)).toEqual({ 'a RUN a': 'CACHED', 'stage-2 RUN c': 'first build' });
    expect(await steps(text, { target: 'b' })).toEqual({ 'a RUN a': 'CACHED', 'b RUN b': 'CACHED' });
  });

  test('--no-cache, --no-cache-filter', async () => {
    const text = 'FROM alpine AS a\nRUN a\nFROM alpine\nCOPY --from=a /out /\nRUN b\n';
    await steps(text);
    const option = '--no-cache was given';
    expect(await steps(text, { noCache: true })).toEqual({
      'a RUN a': option,
      'stage-1 COPY --from=a /out /': option,
      'stage-1 RUN b': option,
    });
    expect(await steps(text, { noCacheFilter: ['A'] })).toEqual({
      'a RUN a': '--no-cache-filter=A was given',
      'stage-1 COPY --from=a /out /': 'out from a changed',
      'stage-1 RUN b': '[stage-1 2/3] COPY --from=a /out / above was run again',
    });
    // The step that was forced is what is in the cache now.
    expect(new Set(Object.values(await steps(text)))).toEqual(new Set(['CACHED']));
  });

  test('a step whose record is gone, and the one above it', async () => {
    await steps('FROM alpine\nRUN a\nRUN b\n');
    const record = builder.environment.cache.list().find(({ description }) => description === 'RUN b');
    await builder.environment.cache.delete([record?.id ?? '']);
    expect(await steps('FROM alpine\nRUN a\nRUN b\n')).toEqual({
      'RUN a': 'CACHED',
      'RUN b': 'no longer in the build cache',
    });
  });

  test('a step that failed the last time', async () => {
    failing = 'b';
    await expect(steps('FROM alpine\nRUN a\nRUN b\nRUN c\n')).rejects.toBeInstanceOf(BuildError);
    expect(told()).toEqual({ 'RUN a': 'first build', 'RUN b': 'first build' });
    failing = 'c';
    await expect(steps('FROM alpine\nRUN a\nRUN b\nRUN c\nRUN d\n')).rejects.toBeInstanceOf(BuildError);
    expect(told()).toEqual({
      'RUN a': 'CACHED',
      'RUN b': 'it was not finished the last time',
      'RUN c': '[3/5] RUN b above was run again',
    });
    failing = '';
    expect(await steps('FROM alpine\nRUN a\nRUN b\nRUN c\nRUN d\n')).toEqual({
      'RUN a': 'CACHED',
      'RUN b': 'CACHED',
      'RUN c': 'it was not finished the last time',
      'RUN d': '[4/5] RUN c above was run again',
    });
    // A step that no build came to, below those that one did.
    failing = 'e';
    await expect(steps('FROM alpine\nRUN e\nRUN f\n', { tags: ['y'] })).rejects.toBeInstanceOf(BuildError);
    failing = '';
    await steps('FROM alpine\nRUN e\n', { tags: ['z'] });
    expect(await steps('FROM alpine\nRUN e\nRUN f\n', { tags: ['y'] })).toEqual({
      'RUN e': 'CACHED',
      'RUN f': 'it was not reached the last time',
    });
  });

  test('mounts: their files; a secret’s value is nobody’s reason', async () => {
    const text = (flags = '') =>
      `FROM alpine\nRUN --mount=source=app,target=/x --mount=type=secret,id=s ${flags}true\n`;
    const secrets = { s: new Uint8Array(3) };
    await steps(text(), { secrets });
    expect(await steps(text(), { secrets: { s: new Uint8Array(5) } })).toMatchObject({
      [text().slice(12).trim()]: 'CACHED',
    });
    const [reason] = Object.values(await steps(text(), { secrets, context: tree({ app: 'new' }) }));
    expect(reason).toBe('app changed');
    expect(Object.values(await steps(text('--mount=type=tmpfs,target=/t ')))).toEqual(['instruction changed']);
  });

  test('a downloaded file', async () => {
    let body = 'one';
    const environment = { ...builder.environment, fetch: async () => new Response(body) };
    const text = 'FROM alpine\nADD https://example.com/f /f\n';
    const { build } = await import('./build.ts');
    const once = async () => {
      const reasons: (string | undefined)[] = [];
      const emit = ({
        vertexes = [],
      }: {
        vertexes?: readonly { reason?: string; cached?: boolean; completed?: string; lines?: unknown }[];
      }) => {
        for (const { lines, completed, reason, cached } of vertexes)
          if (lines && completed) reasons.push(cached ? 'CACHED' : reason);
      };
      await build({ context, dockerfile: text, tags: ['d'] }, { ...environment, emit });
      return reasons;
    };
    expect(await once()).toEqual(['first build']);
    expect(await once()).toEqual(['CACHED']);
    body = 'two';
    expect(await once()).toEqual(['https://example.com/f changed']);
  });

  test('SOURCE_DATE_EPOCH: times are part of what a step makes', async () => {
    await steps('FROM alpine\nRUN x\n');
    const given = { buildArgs: { SOURCE_DATE_EPOCH: '1000000000' } };
    expect(await steps('FROM alpine\nRUN x\n', given)).toEqual({ 'RUN x': 'SOURCE_DATE_EPOCH changed' });
    expect(await steps('FROM alpine\nRUN x\n', given)).toEqual({ 'RUN x': 'CACHED' });
  });
});

describe('what a build is compared with', () => {
  const changed = tree({ app: 'b' });
  const text = 'FROM alpine\nCOPY app /\n';

  test('the same image under another tag', async () => {
    await steps(text, { tags: ['app:1'] });
    expect(await steps(text, { tags: ['app:2'], context: changed })).toEqual({ 'COPY app /': 'app changed' });
  });

  test('the same context without a name, or with another', async () => {
    await steps(text, { tags: [], contextName: '/project' });
    const request = { tags: ['named'], contextName: '/project', context: changed };
    expect(await steps(text, request)).toEqual({ 'COPY app /': 'app changed' });
  });

  test('nothing, if it is another image in another place', async () => {
    await steps(text, { tags: ['one'], contextName: '/project' });
    const request = { tags: ['two'], contextName: '/other', context: changed };
    expect(await steps(text, request)).toEqual({ 'COPY app /': 'first build' });
    expect(await steps(text, { tags: ['three'], context: tree({ app: 'c' }) })).toEqual({
      'COPY app /': 'first build',
    });
  });

  test('remembers as many builds as it says, those of the last time', async () => {
    for (let index = 0; index < 40; index++) await steps(text, { tags: [`many${index}`] });
    const other = { context: changed };
    expect(await steps(text, { tags: ['many39'], ...other })).toEqual({ 'COPY app /': 'app changed' });
    const third = { context: tree({ app: 'c' }) };
    expect(await steps(text, { tags: ['many0'], ...third })).toEqual({ 'COPY app /': 'first build' });
  });
});
