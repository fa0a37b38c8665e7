import { beforeEach, describe, expect, it } from 'vitest';
import { build } from '../../builder/index.ts';
import { testBuilder, tree } from '../../builder/testing/environment.ts';
import { file } from '../../files/node.ts';
import { ndjson } from '../client/index.ts';
import { BuildFeed } from './build-feed.ts';
import { feedRoutes } from './feed-routes.ts';
import { labTransport } from './routes.ts';
import { TransferFeed } from './transfer-feed.ts';
import type { BuildEvent } from './types.ts';

const DOCKERFILE = `FROM alpine AS tools
RUN make

FROM alpine AS spare
RUN nothing

FROM alpine
COPY app /
COPY --from=tools /made /
CMD ["/app"]
`;

/** A builder whose builds all go through a feed, as the engine's do. */
async function engine() {
  const feed = new BuildFeed();
  const builder = await testBuilder(async (step) => {
    step.onOutput('stdout', new TextEncoder().encode('making\n'));
    step.onOutput('stderr', new TextEncoder().encode('no rule\n'));
    return step.argv.includes('fail') ? 2 : { '/made': file('m') };
  });
  const { environment } = builder;
  await builder.addImage('alpine', tree({ 'bin/sh': 'x' }));
  return {
    feed,
    ask: (dockerfile: string, app = 'a') => {
      const request = { context: tree({ app }), dockerfile, tags: ['myapp'] };
      return feed.follow(
        request,
        () => undefined,
        (emit) => build(request, { ...environment, emit }),
      );
    },
  };
}

describe('the feed of builds', () => {
  let lab: Awaited<ReturnType<typeof engine>>;
  beforeEach(async () => {
    lab = await engine();
  });

  const replayed = (): readonly BuildEvent[] => {
    const events: BuildEvent[] = [];
    lab.feed.subscribe((event) => events.push(event))();
    return events;
  };
  const progress = () => replayed().flatMap((event) => ('progress' in event ? [event.progress] : []));
  const vertexes = () => progress().flatMap((told) => told.vertexes ?? []);

  it('tells what the Dockerfile asks for, and what of it is not built', async () => {
    const { image } = await lab.ask(DOCKERFILE);
    const [first, ...rest] = replayed();
    expect(first).toEqual({ build: 1, begin: { tags: ['myapp'] } });
    expect(rest.at(-1)).toEqual({ build: 1, end: { imageId: image?.id } });
    const plan = progress().find((told) => told.plan)?.plan;
    expect(plan?.dockerfile).toEqual({ name: 'Dockerfile', text: DOCKERFILE });
    expect(plan?.stages.map(({ name, needed, target }) => [name, needed, target])).toEqual([
      ['tools', true, false],
      ['spare', false, false],
      ['stage-2', true, true],
    ]);
    expect(plan?.stages[2]?.instructions).toEqual([
      { number: 5, text: 'FROM alpine', lines: [7, 7], makesLayer: false },
      { number: 6, text: 'COPY app /', lines: [8, 8], makesLayer: true },
      { number: 7, text: 'COPY --from=tools /made /', lines: [9, 9], makesLayer: true },
      { number: 8, text: 'CMD ["/app"]', lines: [10, 10], makesLayer: false },
    ]);
  });

  it('tells the layers after each instruction, and the bytes of each', async () => {
    const { image } = await lab.ask(DOCKERFILE);
    const done = progress().flatMap((told) => (told.instructions ?? []).filter(({ completed }) => completed));
    const diffIds = (image?.layers ?? []).map(({ diffId }) => diffId);
    const after = new Map(done.map(({ number, layers }) => [number, layers]));
    expect([5, 6, 7, 8].map((number) => after.get(number))).toEqual([
      diffIds.slice(0, 1),
      diffIds.slice(0, 2),
      diffIds,
      diffIds,
    ]);
    expect(vertexes().find((vertex) => vertex.layer === diffIds[1])).toMatchObject({ bytes: 1, reason: 'first build' });
  });

  it('tells what came from the cache, and why the rest did not', async () => {
    await lab.ask(DOCKERFILE);
    await lab.ask(DOCKERFILE, 'changed');
    const done = vertexes().filter(({ completed, lines }) => completed && lines);
    expect(done.map(({ name, cached = false, reason }) => [name, cached, reason]).sort()).toEqual([
      ['[stage-2 2/3] COPY app /', false, 'app changed'],
      ['[stage-2 3/3] COPY --from=tools /made /', false, '[stage-2 2/3] COPY app / above was run again'],
      ['[tools 2/2] RUN make', true, undefined],
    ]);
  });

  it('ends with the lines that failed, and how the output of the step ended', async () => {
    await expect(lab.ask('FROM alpine\nRUN ["fail"]\n')).rejects.toThrow();
    expect(replayed().at(-1)).toMatchObject({
      build: 1,
      end: { failure: { code: 'process', message: expect.stringContaining('exit code: 2'), lines: [2, 2] } },
    });
    expect(progress().find((told) => told.output)?.output?.text).toBe('making\nno rule\n');
    await expect(lab.ask('FROM alpine\nCOPPY . .\n')).rejects.toThrow();
    expect(replayed()).toMatchObject([
      { begin: {} },
      { progress: {} },
      { progress: {} },
      { end: { failure: { code: 'dockerfile', lines: [2, 2] } } },
    ]);
  });

  it('is a stream for those who were there, and for those who come after', async () => {
    const routes = labTransport(feedRoutes(lab.feed, new TransferFeed()));
    const open = async () => {
      const response = await routes.fetch(new Request('http://engine/_drydock/builds'));
      if (!response.body) throw new Error('a stream expected');
      return ndjson<BuildEvent>(response.body)[Symbol.asyncIterator]();
    };
    const early = await open();
    await lab.ask('FROM alpine\nCOPY app /\n');
    const late = await open();
    const all = replayed();
    for (const events of [early, late]) {
      for (const event of all) expect((await events.next()).value).toEqual(JSON.parse(JSON.stringify(event)));
    }
  });
});
