import { expect, test } from 'vitest';
import { file } from '../files/node.ts';
import { type ClassicMessage, ClassicOutput } from './classic-output.ts';
import { BuildError } from './errors.ts';
import type { BuildRequest } from './request.ts';
import { type FakeRun, testBuilder, tree } from './testing/environment.ts';

async function classicBuild(run: FakeRun, ...requests: readonly BuildRequest[]) {
  const messages: ClassicMessage[] = [];
  let output = new ClassicOutput(() => undefined);
  const builder = await testBuilder(run, { emit: (status) => output.progress(status) });
  for (const request of requests) {
    messages.length = 0;
    output = new ClassicOutput((message) => messages.push(message));
    try {
      output.succeeded(await builder.build({ ...request, stepwise: true }));
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      output.failed(error);
    }
  }
  const text = messages.map((message) => ('stream' in message ? message.stream : '')).join('');
  return { builder, messages, text };
}

const dockerfile = 'FROM scratch\nCOPY busybox /bin/sh\nRUN echo one > /one.txt\nCMD ["/bin/sh"]\n';
const context = tree({ Dockerfile: dockerfile, busybox: 'x' });
const run: FakeRun = async (step) => {
  step.onOutput('stdout', new TextEncoder().encode('out\n'));
  step.onOutput('stderr', new TextEncoder().encode('err\n'));
  return { '/one.txt': file('one\n') };
};

test('tells a build as the classic builder does', async () => {
  const { text, builder, messages } = await classicBuild(run, { context, tags: ['g:1'] });
  const id = builder.images.find('g:1').id;
  const short = id.slice(7, 19);
  expect(text.replaceAll(/[0-9a-f]{12}\n/g, 'ID\n')).toBe(
    [
      'Step 1/4 : FROM scratch',
      ' ---> ',
      'Step 2/4 : COPY busybox /bin/sh',
      ' ---> ID',
      'Step 3/4 : RUN echo one > /one.txt',
      ' ---> Running in ID',
      'out',
      '\u001b[91merr\n\u001b[0mRemoving intermediate container ID',
      ' ---> ID',
      'Step 4/4 : CMD ["/bin/sh"]',
      ' ---> ID',
      'Successfully built ID',
      'Successfully tagged g:1',
      '',
    ].join('\n'),
  );
  // The last step's image is the image.
  expect(text).toContain(` ---> ${short}\nSuccessfully built ${short}\n`);
  expect(messages).toContainEqual({ aux: { ID: id } });
});

test('says what came from the cache, and warns of unused build arguments', async () => {
  const request = { context, buildArgs: { unused: '1' } };
  const { text } = await classicBuild(run, { context }, request);
  expect(text.match(/ ---> Using cache\n/g)).toHaveLength(2);
  expect(text).not.toContain('Running in');
  expect(text).toContain('[Warning] One or more build-args [unused] were not consumed\n');
});

test('a failed command', async () => {
  const { messages, text } = await classicBuild(async () => 3, { context });
  const message = "The command '/bin/sh -c echo one > /one.txt' returned a non-zero code: 3";
  expect(messages.at(-1)).toEqual({ errorDetail: { code: 3, message }, error: message });
  expect(text).toMatch(/Removing intermediate container [0-9a-f]{12}\n$/);
});

test('a missing file', async () => {
  const { messages } = await classicBuild(run, { context: tree({ Dockerfile: dockerfile }) });
  expect(messages.at(-1)).toMatchObject({
    error:
      'COPY failed: file not found in build context or excluded by .dockerignore: stat busybox: file does not exist',
  });
});
