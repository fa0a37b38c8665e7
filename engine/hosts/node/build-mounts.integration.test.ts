import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../engine.ts';
import { startEngine } from './start-engine.ts';
import { runCli, temporaryFolder } from './testing/cli.ts';

// RUN --mount and --network, on a machine.

const folder = temporaryFolder();
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
  mkdirSync(join(folder.path, 'src'));
  writeFileSync(join(folder.path, 'src/a.txt'), 'from the context\n');
});

afterAll(async () => {
  await engine?.stop();
  folder.remove();
});

/** Builds a Dockerfile in plain mode; gives what its steps printed, without times. */
async function build(dockerfile: string, ...flags: readonly string[]): Promise<string> {
  const args = ['build', '--progress=plain', '-t', 'mounts', ...flags, '-f', '-', '.'];
  const { code, stderr } = await runCli(engine.transport, args, { cwd: folder.path, stdin: dockerfile });
  expect(code, stderr).toBe(0);
  return [...stderr.matchAll(/^#\d+ \d+\.\d+ (.*)$/gm)].map(([, line]) => line).join('\n');
}

async function run(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(engine.transport, args);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** What the guest host says. */
async function guest(script: string): Promise<string> {
  const process = await engine.machine.spawn({
    args: ['/bin/sh', '-c', script],
    env: ['PATH=/bin:/sbin'],
    cwd: '/',
    user: { uid: 0, gid: 0 },
  });
  process.stdin.close().catch(() => {});
  const [text] = await Promise.all([new Response(process.stdout).text(), process.exit]);
  return text;
}

test('a cache mount is kept between builds, and no layer has it', async () => {
  const dockerfile = (word: string) => `FROM alpine
RUN --mount=type=cache,target=/cache,mode=1777,uid=3,gid=4 stat -c '%a %u:%g' /cache; ls /cache; echo ${word} > /cache/${word}
`;
  expect(await build(dockerfile('one'))).toBe('1777 3:4');
  expect(await build(dockerfile('two'))).toBe('1777 3:4\none');
  expect(await build(dockerfile('three'))).toBe('1777 3:4\none\ntwo');
  expect(await run('run', '--rm', 'mounts', 'ls', '/')).not.toContain('cache');
  // Another mode at the start is another cache, and so is another id.
  expect(await build('FROM alpine\nRUN --mount=type=cache,target=/cache ls /cache\n')).toBe('');
  expect(await build('FROM alpine\nRUN --mount=type=cache,id=x,target=/cache,mode=1777,uid=3,gid=4 ls /cache\n')).toBe(
    '',
  );
});

test('a cache mount begins with the files of a stage, and survives a restart of the machine', async () => {
  const dockerfile = (script: string) => `FROM alpine AS seed
RUN mkdir -p /x/y && echo seed > /x/y/f && ln -s f /x/y/l && ln /x/y/f /x/y/h
FROM alpine
RUN --mount=type=cache,target=/c,from=seed,source=/x/y ${script}
`;
  expect(await build(dockerfile('ls -l /c/l | grep -c "l -> f"; cat /c/h; echo more >> /c/f; cat /c/h'))).toBe(
    '1\nseed\nseed\nmore',
  );
  await engine.machine.restart();
  expect(await build(dockerfile('cat /c/f /c/l'))).toBe('seed\nmore\nseed\nmore');
});

test('two steps that lock a cache take turns', async () => {
  const stage = (name: string) => `FROM alpine AS ${name}
RUN --mount=type=cache,target=/c,sharing=locked mkdir /c/busy && sleep 1 && rmdir /c/busy && echo ${name} > /done
`;
  // Had both it at once, the second mkdir would fail.
  await build(`${stage('a')}${stage('b')}FROM scratch\nCOPY --from=a /done /a\nCOPY --from=b /done /b\n`);
});

test('two steps that share a cache meet in it, as stages that need nothing of each other run at the same time', async () => {
  const meet = (own: string, other: string) => `FROM alpine AS ${own}
RUN --mount=type=cache,id=meeting,target=/m touch /m/${own} && while [ ! -e /m/${other} ]; do sleep 0.1; done && echo ${own} met ${other} | tee /met
`;
  const output = await build(
    `${meet('a', 'b')}${meet('b', 'a')}FROM scratch\nCOPY --from=a /met /a\nCOPY --from=b /met /b\n`,
  );
  expect(output.split('\n').sort()).toEqual(['a met b', 'b met a']);
});

test('bind: the context is read-only; with rw, what is written is thrown away', async () => {
  const readOnly = 'FROM alpine\nRUN --mount=target=/ctx cat /ctx/src/a.txt; touch /ctx/x 2>&1 || echo refused\n';
  expect(await build(readOnly)).toBe('from the context\ntouch: /ctx/x: Read-only file system\nrefused');
  const writable = `FROM alpine
RUN --mount=target=/ctx,rw --mount=source=src/a.txt,target=/f,rw echo new > /ctx/x; echo changed >> /ctx/src/a.txt; rm -r /ctx/src; ls /ctx; echo more >> /f; cat /f
RUN --mount=target=/ctx,rw cat /ctx/src/a.txt; ls /ctx
`;
  expect(await build(writable)).toBe('x\nfrom the context\nmore\nfrom the context\nsrc');
  expect(await run('run', '--rm', 'mounts', 'ls', '/')).not.toMatch(/ctx|^f$/m);
});

test('tmpfs: of the size that is asked for', async () => {
  const dockerfile = `FROM alpine
RUN --mount=type=tmpfs,target=/t,size=64k mount | grep -c 'on /t .*size=64k'; dd if=/dev/zero of=/t/f bs=1k count=100 2>&1 | grep -o 'No space left on device'
`;
  expect(await build(dockerfile)).toBe('1\nNo space left on device');
});

test('a step without a network has no way out; the host’s is the host’s', async () => {
  const interfaces = 'awk -F: \'NR > 2 {gsub(/ /, "", $1); print $1}\' /proc/net/dev';
  expect(await build(`FROM alpine\nRUN --network=none ${interfaces}; cat /proc/net/route | tail -n +2\n`)).toBe('lo');
  const host = (await guest('readlink /proc/self/ns/net')).trim();
  expect(await build('FROM alpine\nRUN --network=host readlink /proc/self/ns/net\n')).toBe(host);
  expect(await build('FROM alpine\nRUN readlink /proc/self/ns/net\n')).not.toBe(host);
  expect(await build('FROM alpine\nRUN readlink /proc/self/ns/net; #2\n', '--network=host')).toBe(host);
});

test('nothing of a step stays in the guest', async () => {
  const dockerfile = 'FROM alpine\nRUN --mount=target=/ctx,rw --mount=type=cache,target=/c touch /ctx/x /c/x; false\n';
  const before = await guest(
    'ls /var/lib/docker/overlay2 /var/lib/docker/containers /sys/fs/cgroup/docker; ls /layers | grep step',
  );
  const { code } = await runCli(engine.transport, ['build', '-f', '-', '.'], { cwd: folder.path, stdin: dockerfile });
  expect(code).toBe(1);
  expect(
    await guest('ls /var/lib/docker/overlay2 /var/lib/docker/containers /sys/fs/cgroup/docker; ls /layers | grep step'),
  ).toBe(before);
});
