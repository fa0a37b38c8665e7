import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../engine.ts';
import { MAX_DEPTH } from '../../image/depth.ts';
import { startEngine } from './start-engine.ts';
import { runCli, temporaryFolder } from './testing/cli.ts';

// Images of as many layers as can be had: all of them are named in the options of one mount.

const folder = temporaryFolder();
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine?.stop();
  folder.remove();
});

const docker = (...args: readonly string[]) => runCli(engine.transport, args, { cwd: folder.path });

/** Builds an image of so many layers: alpine's one, files one by one, and a RUN on top of them. */
function build(name: string, layers: number) {
  const files = Array.from({ length: layers - 2 }, (_, i) => `COPY file /file-${i}`);
  const run = "RUN --mount=type=tmpfs,target=/scratch ls / | grep -c '^file-' > /counted";
  writeFileSync(join(folder.path, 'file'), 'x');
  writeFileSync(join(folder.path, 'Dockerfile'), ['FROM alpine', ...files, run, 'CMD cat /counted'].join('\n'));
  return docker('build', '--progress=plain', '-t', name, '.');
}

test('an image of the deepest kind builds and runs', async () => {
  expect(await build('deepest', MAX_DEPTH)).toMatchObject({ code: 0 });
  const inspected = await docker('image', 'inspect', '--format', '{{len .RootFS.Layers}}', 'deepest');
  expect(inspected.stdout).toBe(`${MAX_DEPTH}\n`);
  const { code, stdout, stderr } = await docker('run', '--rm', '--network=none', 'deepest');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${MAX_DEPTH - 2}\n`, stderr: '' });
});

test('a layer more is refused in Docker’s words, and leaves nothing', async () => {
  const images = await docker('images', '-aq');
  const built = await build('too-deep', MAX_DEPTH + 1);
  expect(built.code).toBe(1);
  expect(built.stderr).toMatch(/ERROR: .*max depth exceeded/);
  await docker('run', '--name=changed', '--network=none', 'deepest', 'touch', '/new');
  expect(await docker('commit', 'changed', 'too-deep')).toMatchObject({
    code: 1,
    stderr: 'Error response from daemon: max depth exceeded\n',
  });
  expect((await docker('images', '-aq')).stdout).toBe(images.stdout);
});
