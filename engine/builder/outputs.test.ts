import { beforeEach, describe, expect, test } from 'vitest';
import { tarToTree } from '../files/tar/index.ts';
import { lookup } from '../files/tree.ts';
import { build } from './build.ts';
import { inspectBuild } from './check.ts';
import type { BuildRequest } from './request.ts';
import { type TestBuilder, testBuilder, tree } from './testing/environment.ts';

const context = tree({ app: 'a', 'sub/f': 'f' });
const base = tree({ 'bin/sh': 'x' });
let builder: TestBuilder;

beforeEach(async () => {
  builder = await testBuilder(async ({ argv }) => ({
    '/made': tree({ x: argv.at(-1) ?? '' }).children.get('x') ?? tree({}),
  }));
  await builder.addImage('alpine', base);
});

const run = (request: Omit<BuildRequest, 'context'> & { context?: BuildRequest['context'] }) =>
  build({ context, ...request }, builder.environment);
const ids = () => builder.images.list({ all: true }).map(({ id }) => id);

describe('outputs', () => {
  const dockerfile = 'FROM alpine\nRUN make\nCOPY app /\n';

  test.each(['directory', 'tarball'] as const)('%s: the files, and no image', async (kind) => {
    const before = ids();
    const { archive, image } = await run({ dockerfile, output: { kind }, tags: ['x'] });
    expect(image).toBeUndefined();
    const files = tarToTree(archive ?? new Uint8Array());
    expect([...files.children.keys()].sort()).toEqual(['app', 'bin', 'made']);
    expect(ids()).toEqual(before);
  });

  test.each(['docker', 'oci'] as const)('%s: an archive with its names, and no image left behind', async (kind) => {
    const before = ids();
    const { archive, image } = await run({ dockerfile, output: { kind }, tags: ['x:1'] });
    expect(image).toBeUndefined();
    expect(ids()).toEqual(before);
    const files = tarToTree(archive ?? new Uint8Array());
    const manifest = lookup(files, '/manifest.json');
    const [entry] = JSON.parse(new TextDecoder().decode(manifest?.kind === 'file' ? manifest.data : undefined));
    expect(entry.RepoTags).toEqual(['x:1']);
    // What was there before stays.
    const kept = await run({ dockerfile, tags: ['y'] });
    await run({ dockerfile, output: { kind } });
    expect(builder.images.find('y').id).toBe(kept.image?.id);
  });

  test('none: the steps are in the cache', async () => {
    const before = ids();
    expect(await run({ dockerfile, output: { kind: 'none' } })).toMatchObject({ image: undefined, archive: undefined });
    expect(ids()).toEqual(before);
    await run({ dockerfile });
    expect(builder.runs).toHaveLength(1);
  });
});

describe('named contexts', () => {
  const more = { kind: 'files', tree: tree({ data: 'd' }) } as const;

  test('stand for an image, a stage, or nothing that the Dockerfile knows', async () => {
    const dockerfile = [
      'FROM nowhere AS tools',
      'RUN make',
      'FROM alpine',
      'COPY --from=tools /data /tools',
      'COPY --from=extra /data /extra',
      'RUN --mount=from=extra,target=/m use',
    ].join('\n');
    const { image } = await builder.build({ context, dockerfile, contexts: { tools: more, extra: more } });
    const root = await builder.images.rootfs(image.layers);
    expect(['/tools', '/extra'].map((path) => lookup(root, path)?.kind)).toEqual(['file', 'file']);
    // The stage that it stands for is not built, nor its base looked for.
    expect(builder.runs.map(({ argv }) => argv.at(-1))).toEqual(['use']);
    expect(builder.pulled).toEqual([]);
  });

  test('may be what a stage is built on, or another image for it', async () => {
    const { image } = await builder.build({
      context,
      dockerfile: 'FROM start\nCOPY app /\n',
      contexts: { start: more },
    });
    expect([...(await builder.images.rootfs(image.layers)).children.keys()].sort()).toEqual(['app', 'data']);
    expect(image.config.history?.map(({ created_by }) => created_by)).toEqual([
      'from local context start',
      'COPY app / # buildkit',
    ]);
    expect(builder.vertex(/context start/).name).toBe('[context start] load from client');
    const swapped = {
      'docker.io/library/busybox': { kind: 'image', reference: 'docker.io/library/alpine:latest' },
    } as const;
    const other = await builder.build({ context, dockerfile: 'FROM busybox\nCOPY app /\n', contexts: swapped });
    expect(lookup(await builder.images.rootfs(other.image.layers), '/bin/sh')).toBeDefined();
  });

  test('a changed file in one is the reason that is told', async () => {
    const dockerfile = 'FROM alpine\nCOPY --from=extra data /\n';
    await builder.build({ context, dockerfile, contexts: { extra: more }, tags: ['x'] });
    const changed = { kind: 'files', tree: tree({ data: 'e' }) } as const;
    await builder.build({ context, dockerfile, contexts: { extra: changed }, tags: ['x'] });
    expect(builder.vertex(/COPY/).reason).toBe('data from extra changed');
  });
});

describe('an ignore file of the request', () => {
  test('goes before those in the context', async () => {
    const files = tree({ app: 'a', other: 'o', '.dockerignore': 'other' });
    const dockerfile = 'FROM scratch\nCOPY . /\n';
    const { image } = await builder.build({ context: files, dockerfile, dockerignore: 'app' });
    expect([...(await builder.images.rootfs(image.layers)).children.keys()].sort()).toEqual(['.dockerignore', 'other']);
  });
});

describe('secrets', () => {
  const text = 'hunter2-is-secret';
  const secrets = { pw: new TextEncoder().encode(text) };
  const dockerfile = [
    'FROM alpine',
    'RUN --mount=type=secret,id=pw use',
    'RUN --mount=type=secret,id=pw,env=PW use it',
    'RUN --mount=type=secret,id=pw,env=PW,target=/both,mode=0444,uid=7 use both',
  ].join('\n');

  test('reach the step as a file, a variable, or both', async () => {
    await builder.build({ context, dockerfile, secrets });
    const [file, variable, both] = builder.runs;
    expect(file?.mounts).toMatchObject([
      { type: 'file', target: '/run/secrets/pw', mode: 0o400, uid: 0, data: secrets.pw },
    ]);
    expect([variable?.mounts, variable?.env.at(-1)]).toEqual([[], `PW=${text}`]);
    expect(both?.mounts).toMatchObject([{ target: '/both', mode: 0o444, uid: 7 }]);
    expect(both?.env.at(-1)).toBe(`PW=${text}`);
  });

  test('are nowhere afterwards: not in image, cache, memory of builds or events', async () => {
    const { image } = await builder.build({ context, dockerfile, secrets, tags: ['x'] });
    const kept = JSON.stringify([await builder.documents(), builder.events, image.config]);
    expect(kept).not.toContain(text);
    expect(kept).not.toContain(btoa(text));
    for (const { diffId } of image.layers) {
      expect(Buffer.from(await builder.images.layerTar(diffId)).includes(text)).toBe(false);
    }
  });

  test('one that is required and missing fails, one that need not be there is left out', async () => {
    const required = 'FROM alpine\nRUN --mount=type=secret,id=pw,required=true use\n';
    await expect(builder.build({ context, dockerfile: required })).rejects.toThrow('secret pw: not found');
    await builder.build({ context, dockerfile });
    expect(builder.runs.every(({ mounts }) => mounts.length === 0)).toBe(true);
  });

  test('an SSH agent is not there: a step that needs one fails, one that does not goes on', async () => {
    const ssh = (options: string) => `FROM alpine\nRUN --mount=type=ssh${options} use\n`;
    await expect(builder.build({ context, dockerfile: ssh(',required=true') })).rejects.toThrow(
      'RUN --mount=type=ssh: there is no SSH agent to forward to a build here',
    );
    await builder.build({ context, dockerfile: ssh('') });
    expect(builder.runs).toHaveLength(1);
  });
});

describe('looking at a Dockerfile', () => {
  const inspect = (dockerfile: string, more: Partial<BuildRequest> = {}) =>
    inspectBuild({ context, dockerfile, ...more }, builder.environment);

  test('finds what the build checks find, and builds nothing', async () => {
    const { warnings, error, dockerfile } = await inspect('FROM alpine AS Upper\nRUN make\nCMD x\n');
    expect(warnings.map(({ rule }) => rule).sort()).toEqual(['JSONArgsRecommended', 'StageNameCasing']);
    expect([error, dockerfile.name]).toEqual([undefined, 'Dockerfile']);
    expect([builder.runs, builder.pulled]).toEqual([[], []]);
  });

  test('says what makes a build impossible, with the place', async () => {
    expect((await inspect('FROM alpine\nFORM x\n')).error).toMatchObject({
      message: expect.stringContaining('unknown instruction: FORM'),
      excerpt: expect.stringContaining('>>> FORM x'),
    });
    expect((await inspect('FROM alpine\n', { target: 'nope' })).error?.message).toContain(
      'target stage "nope" could not be found',
    );
    expect((await inspect('# check=error=true\nFROM alpine\nMAINTAINER me\n')).error?.message).toContain(
      'lint violation found',
    );
    await expect(inspectBuild({ context }, builder.environment)).rejects.toThrow('failed to read dockerfile');
  });

  const described = [
    '# GO_VERSION sets the version of Go',
    'ARG GO_VERSION=1.22',
    'ARG UNUSED=1',
    '# base is where it all begins',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile variable
    'FROM golang:${GO_VERSION} AS base',
    '',
    'FROM alpine AS other',
    'ARG ELSEWHERE',
    '# release is what is shipped',
    'FROM base AS release',
    '# URL is where it goes',
    'ARG URL=https://example.com',
    'RUN --mount=type=secret,id=npm --mount=type=secret,id=key,required=true x',
  ].join('\n');

  test('describes a target: what it takes', async () => {
    expect((await inspect(described, { buildArgs: { URL: 'given' } })).outline).toEqual({
      name: 'release',
      description: 'is what is shipped',
      args: [
        { name: 'GO_VERSION', value: '1.22', description: 'sets the version of Go' },
        { name: 'URL', value: 'given', description: 'is where it goes' },
      ],
      secrets: [
        { name: 'npm', required: false },
        { name: 'key', required: true },
      ],
    });
  });

  test('lists the targets', async () => {
    expect((await inspect(described)).targets).toEqual([
      { name: 'base', default: false, description: 'is where it all begins' },
      { name: 'other', default: false, description: '' },
      { name: 'release', default: true, description: 'is what is shipped' },
    ]);
    expect((await inspect('FROM alpine\n')).targets).toEqual([{ name: '', default: true, description: '' }]);
  });
});
