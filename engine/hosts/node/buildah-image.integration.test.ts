import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../engine.ts';
import { startEngine } from './start-engine.ts';
import { runCli, temporaryFolder } from './testing/cli.ts';

// What buildah builds on an image of ours comes back, runs, and is saved with the digests that it came with.

const execute = promisify(execFile);
const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
let engine: Engine;

async function docker(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(engine.transport, args, { cwd: folder.path });
  expect(code, `docker ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

const buildah = (...args: readonly string[]) =>
  execute('buildah', ['--root', at('root'), '--runroot', at('run'), '--storage-driver', 'vfs', ...args]);

const inspect = async (...args: readonly string[]): Promise<string> =>
  (await execute('skopeo', ['inspect', ...args])).stdout;

beforeAll(async () => {
  engine = await startEngine();
  await docker('pull', '-q', 'busybox');
  await docker('save', '-o', at('busybox.tar'), 'busybox');
  mkdirSync(at('context'));
  writeFileSync(at('context/greet'), '#!/bin/sh\necho "hello $WHO, from $(pwd) as $(id -u)"\nexit 3\n', {
    mode: 0o755,
  });
  writeFileSync(
    at('context/Dockerfile'),
    'FROM busybox\nCOPY greet /bin/greet\nENV WHO=world\nWORKDIR /work\nUSER 1000\nENTRYPOINT ["greet"]\n',
  );
  await buildah('pull', '-q', `docker-archive:${at('busybox.tar')}`);
  const build = ['build', '--pull=never', '--arch', '386', '--isolation', 'chroot', '-q'];
  await buildah(...build, '-t', 'localhost/greeter:1', at('context'));
  await buildah('push', '-q', 'localhost/greeter:1', `oci-archive:${at('greeter.tar')}:localhost/greeter:1`);
});

afterAll(async () => {
  await engine?.stop();
});

test('it runs here as it was configured', async () => {
  expect(await docker('load', '-i', at('greeter.tar'))).toBe('Loaded image: localhost/greeter:1\n');
  const { code, stdout } = await runCli(engine.transport, ['run', '--rm', 'localhost/greeter:1'], { cwd: folder.path });
  expect([code, stdout]).toEqual([3, 'hello world, from /work as 1000\n']);
});

test('it shares the layers of the image it was built on', async () => {
  const layers = async (image: string): Promise<readonly string[]> =>
    JSON.parse(await docker('image', 'inspect', '-f', '{{json .RootFS.Layers}}', image)) as string[];
  const [base, greeter] = [await layers('busybox'), await layers('localhost/greeter:1')];
  expect(greeter.slice(0, base.length)).toEqual(base);
});

test('it is saved with equal digests', async () => {
  await docker('save', '-o', at('again.tar'), 'localhost/greeter:1');
  for (const args of [['--raw'], ['--config', '--raw']]) {
    expect(await inspect(...args, `oci-archive:${at('again.tar')}`)).toBe(
      await inspect(...args, `oci-archive:${at('greeter.tar')}`),
    );
  }
});
