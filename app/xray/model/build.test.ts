import { beforeEach, describe, expect, it } from 'vitest';
import { BuildFeed } from '../../../engine/api/lab/build-feed.ts';
import type { BuildEvent } from '../../../engine/api/lab/types.ts';
import { type BuildRequest, build as buildImage } from '../../../engine/builder/index.ts';
import { type TestBuilder, testBuilder, tree } from '../../../engine/builder/testing/environment.ts';
import { file } from '../../../engine/files/node.ts';
import { announceBuild, stepWords } from './announce-build.ts';
import { applyBuildEvent, type BuildFact } from './build.ts';
import { layerKey } from './draft.ts';
import type { Facts, ImageFact } from './facts.ts';
import { linkAtLine, linkOfLayer, rememberLines } from './lines.ts';
import { allLayers, buildPicture, type Stand } from './picture.ts';
import { layOut } from './placement.ts';

const MULTI_STAGE = `FROM alpine AS tools
RUN make

FROM alpine AS spare
RUN nothing

FROM alpine
COPY app /
COPY --from=tools /made /
CMD ["/app"]
`;

let builder: TestBuilder;
let feed: BuildFeed;

beforeEach(async () => {
  builder = await testBuilder(async ({ argv, onOutput }) => {
    onOutput('stderr', new TextEncoder().encode('no rule\n'));
    return argv.at(-1) === 'fail' ? 2 : { '/made': file('made') };
  });
  feed = new BuildFeed();
  await builder.addImage('alpine', tree({ 'bin/sh': 'x' }));
});

/** Builds, and gives the picture's knowledge of the build after each event. */
async function build(dockerfile: string, more: Partial<BuildRequest> = {}): Promise<readonly BuildFact[]> {
  const events: BuildEvent[] = [];
  const request = { context: tree({ app: 'a' }), dockerfile, tags: ['myapp'], ...more };
  const run = feed.follow(
    request,
    () => undefined,
    (emit) => buildImage(request, { ...builder.environment, emit }),
  );
  const stop = feed.subscribe((event) => events.push(event));
  await run.catch(() => undefined);
  stop();
  let fact: BuildFact | null = null;
  return events.flatMap((event) => {
    fact = applyBuildEvent(fact, event);
    return fact ? [fact] : [];
  });
}

async function built(dockerfile: string, more?: Partial<BuildRequest>): Promise<BuildFact> {
  const last = (await build(dockerfile, more)).at(-1);
  if (!last) throw new Error('a build expected');
  return last;
}

/** What the engine holds, as far as these tests look. */
function facts(): Facts {
  const images = builder.images.list().map(
    (image): ImageFact => ({
      id: image.id,
      tags: builder.images.names(image.id).tags,
      created: 0,
      size: 0,
      layers: image.layers.map(({ diffId }) => diffId),
      history: builder.images.history(image.id).toReversed(),
      variables: [],
    }),
  );
  return { images: images.toSorted((a, b) => a.layers.length - b.layers.length), containers: [] };
}

const onlyBase = (): Facts => ({
  images: facts().images.filter(({ tags }) => tags.includes('alpine:latest')),
  containers: [],
});

function sketch(stand: Stand, indent = ''): string {
  return [
    ...stand.images.map(({ tags }) => `${indent}* ${tags.join(' ')}`),
    ...stand.unfinished.map(({ name, note }) => `${indent}* ${name}, ${note}`),
    ...stand.layers.map(
      (layer) => `${indent}[${layer.instruction}${mark(layer.built?.step)}]\n${sketch(layer, `${indent}  `)}`,
    ),
    ...stand.pending.map(({ step }) => `${indent}[${step.text}: ${step.state}]`),
  ]
    .join('\n')
    .replaceAll(/\n+/g, '\n');
}

const mark = (step: Parameters<typeof stepWords>[0] | undefined) =>
  step ? `: ${stepWords(step, { kind: 'running' })}` : '';

describe('a build in the picture', () => {
  it('stands on its base, its stages side by side, until it is an image', async () => {
    const states = await build(MULTI_STAGE);
    const seen = new Set(states.slice(0, -1).map((state) => sketch(buildPicture(onlyBase(), { build: state }))));
    expect([...seen].at(-1)).toBe(
      [
        '[docker commit]',
        '  * alpine:latest',
        '  [RUN make: first build]',
        '    * stage tools, being built',
        '  [COPY app /: first build]',
        '    [COPY --from=tools /made /: first build]',
        '      * myapp:latest, being built',
      ].join('\n'),
    );
    const done = states.at(-1);
    if (!done) throw new Error('a build expected');
    expect(sketch(buildPicture(facts(), { build: done }))).toContain(
      '  [COPY app /: first build]\n    [COPY --from=tools /made /: first build]\n      * myapp:latest',
    );
    // What the other stages only took files from stays, being in the cache; what nobody needed was never there.
    expect(sketch(buildPicture(facts(), { build: done }))).toContain('[RUN make: first build]\n    * stage tools');
    expect(sketch(buildPicture(facts(), { build: done }))).not.toContain('RUN nothing');
    expect(done.stages.map(({ name, needed }) => [name, needed])).toEqual([
      ['tools', true],
      ['spare', false],
      ['stage-2', true],
    ]);
  });

  it('shows the step that is under way on the layers so far', async () => {
    const states = await build('FROM alpine\nCOPY app /\nRUN make\n');
    const sketches = states.map((state) => sketch(buildPicture(onlyBase(), { build: state })));
    expect(sketches.some((text) => /\[COPY app \/: first build\][^[]*\[RUN make: running\]/.test(text))).toBe(true);
  });

  it('says what was cached, and why the rest was not', async () => {
    await build(MULTI_STAGE);
    const again = await built(MULTI_STAGE, { context: tree({ app: 'changed' }) });
    expect(sketch(buildPicture(facts(), { build: again }))).toContain('[RUN make: CACHED]');
    expect(sketch(buildPicture(facts(), { build: again }))).toContain('[COPY app /: app changed]');
    expect(announceBuild(null, again)).toBe(
      'Built myapp:latest: 1 step cached, 2 built. COPY app /: app changed. COPY --from=tools /made /: [stage-2 2/3] COPY app / above was run again.',
    );
  });

  it('keeps a step that failed, with its line and how its output ended', async () => {
    const failed = await built('FROM alpine\nCOPY app /\n\nRUN fail\nRUN make\n');
    expect(failed.outcome).toMatchObject({ kind: 'failed', lines: [4, 4] });
    expect(sketch(buildPicture(facts(), { build: failed }))).toBe(
      '[docker commit]\n  * alpine:latest\n  [COPY app /: first build]\n    * myapp:latest, not built\n    [RUN fail: failed]',
    );
    const steps = failed.stages[0]?.steps ?? [];
    expect(steps.map((step) => stepWords(step, failed.outcome))).toEqual([
      'base',
      'first build',
      'failed',
      'not reached',
    ]);
    expect(steps[2]?.output).toBe('no rule\n');
    expect(announceBuild(null, failed)).toMatch(
      /^The build of myapp:latest failed on line 4, RUN fail: process .* exit code: 2$/,
    );
  });

  it('stands in the build cache only, if no image was asked for', async () => {
    const states = await build('FROM alpine\nCOPY app /\n', { tags: [] });
    const before = states.at(-2);
    const done = before && applyBuildEvent(before, { build: before.id, end: { imageId: '' } });
    expect(sketch(buildPicture(onlyBase(), { build: done ?? null }))).toContain(
      '* the Dockerfile, in the build cache only',
    );
    expect(announceBuild(before ?? null, done ?? null)).toBe('Built the Dockerfile: 1 step built.');
  });

  it('tells of a Dockerfile that cannot be read', async () => {
    const failed = await built('FROM alpine\nCOPPY . .\n');
    expect(failed).toMatchObject({ dockerfile: null, stages: [], outcome: { kind: 'failed', lines: [2, 2] } });
    expect(announceBuild(null, failed)).toContain('failed on line 2: ');
  });

  it('has a bar wide enough for what is under way', async () => {
    const failed = await built('FROM alpine\nRUN fail\n');
    const { boxes } = layOut(buildPicture(facts(), { build: failed }), 300);
    const bar = boxes.find((box) => box.kind === 'pending');
    const base = boxes.find((box) => box.kind === 'layer');
    expect(bar?.y).toBeGreaterThanOrEqual((base?.y ?? 0) + (base?.height ?? 0));
    expect(bar?.width).toBeGreaterThan(200);
  });

  it('takes no notice of events of an older build, nor of one told twice', async () => {
    const done = await built('FROM alpine\nCOPY app /\n');
    expect(applyBuildEvent(done, { build: done.id, begin: { tags: [] } })).toBe(done);
    expect(applyBuildEvent(done, { build: done.id - 1, begin: { tags: [] } })).toBe(done);
    expect(applyBuildEvent(done, { build: done.id + 1, begin: { tags: [] } })?.outcome.kind).toBe('running');
  });
});

describe('lines and layers', () => {
  it('belong together as long as the Dockerfile is the one that was built', async () => {
    const text = 'FROM alpine\nCOPY app /\nCMD ["/app"]\n';
    const done = await built(text);
    const known = rememberLines(new Map(), done);
    expect(known.has(`${text}#`)).toBe(false);
    const links = known.get(text) ?? [];
    const layers = done.stages[0]?.layers ?? [];
    const [base, copy] = [layerKey(layers.slice(0, 1)), layerKey(layers)];
    expect([1, 2, 3, 4].map((line) => linkAtLine(links, line)?.keys)).toEqual([[base], [copy], [], undefined]);
    expect(linkOfLayer(links, copy)?.lines).toEqual([2, 2]);
    expect(linkOfLayer(links, base)?.lines).toEqual([1, 1]);
    expect(allLayers(buildPicture(facts(), { build: done })).map(({ key }) => key)).toEqual(
      expect.arrayContaining([base, copy]),
    );
  });

  it('are forgotten when many Dockerfiles have been built since', async () => {
    const done = await built('FROM alpine\nCOPY app /\n');
    let known = rememberLines(new Map(), done);
    for (let count = 0; count < 30; count += 1) {
      const dockerfile = { name: 'Dockerfile', text: `# ${count}` };
      known = rememberLines(known, { ...done, dockerfile });
    }
    expect(known.size).toBe(20);
    expect(known.has('# 29')).toBe(true);
  });
});
