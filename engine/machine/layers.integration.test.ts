import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTar } from '../files/tar/index.ts';
import type { Machine, UpperChange } from './machine.ts';
import {
  containerId,
  containerProcess,
  containerSpec,
  hostShell,
  outcome,
  publishBase,
  soon,
} from './testing/containers.ts';
import { createTestMachine, type TestMachine } from './testing/node-machine.ts';

let made: TestMachine;
let machine: Machine;

beforeAll(async () => {
  made = await createTestMachine();
  machine = made.machine;
  await publishBase(machine);
});
afterAll(() => machine?.stop());

async function start(number: number, command: string) {
  const id = containerId(number);
  const spec = containerSpec(containerProcess(['sh', '-c', command]));
  return { id, process: await machine.startContainer({ id, lowers: ['base'], spec }) };
}

const longName = `long/${'d'.repeat(120)}/${'f'.repeat(130)}`;

test('the writable layer is listed and packed with whiteouts, opaque directories, links and long names', async () => {
  const { id, process } = await start(
    1,
    [
      'rm /lib/other',
      'rm -r /lib/deep && mkdir /lib/deep && echo new >/lib/deep/three',
      'echo hello >/file && chown 1000:1001 /file && chmod 4711 /file',
      'ln /file /twin; ln -s /a/b/c /link; mknod /device c 1 3; busybox mkfifo /pipe',
      `mkdir -p "/long/${'d'.repeat(120)}" && echo x >"/${longName}"`,
    ].join('; '),
  );
  expect((await outcome(process)).stderr).toBe('');

  const entries = await machine.upper(id);
  const find = (path: string) => entries.find((entry) => entry.path === path);
  expect(find('/lib/other')).toMatchObject({ kind: 'whiteout' });
  expect(find('/lib/deep')).toMatchObject({ kind: 'directory', opaque: true });
  expect(find('/file')).toMatchObject({ kind: 'file', size: 6, mode: 0o4711, opaque: false });
  expect(find('/link')).toMatchObject({ kind: 'symlink' });
  expect(find('/pipe')).toMatchObject({ kind: 'fifo' });
  const order = entries.map((entry) => entry.path);
  expect(order.indexOf('/lib')).toBeLessThan(order.indexOf('/lib/deep/three'));

  const tar = readTar(await machine.packUpper(id));
  const packed = new Map(tar.map((entry) => [entry.name.replace(/\/$/, ''), entry]));
  expect([...packed.keys()].filter((name) => name.startsWith('/') || name.startsWith('./'))).toEqual([]);
  expect(packed.has('lib/.wh.other')).toBe(true);
  expect(packed.has('lib/deep/.wh..wh..opq')).toBe(true);
  expect(packed.get('file')).toMatchObject({ type: 'file', mode: 0o4711, uid: 1000, gid: 1001 });
  expect(new TextDecoder().decode(packed.get('file')?.data)).toBe('hello\n');
  expect(packed.get('twin')).toMatchObject({ type: 'hard-link', linkName: 'file' });
  expect(packed.get('link')).toMatchObject({ type: 'symlink', linkName: '/a/b/c' });
  expect(packed.has(longName)).toBe(true);
});

test('a megabyte is packed as it was written', async () => {
  const { id, process } = await start(2, 'dd if=/dev/urandom of=/big bs=1M count=1; busybox md5sum /big');
  const { stdout } = await outcome(process);
  const big = readTar(await machine.packUpper(id)).find((entry) => entry.name === 'big');
  const { createHash } = await import('node:crypto');
  expect(stdout).toContain(
    createHash('md5')
      .update(big?.data ?? '')
      .digest('hex'),
  );
});

test('changes are told as they happen, as the container sees them', async () => {
  const seen: UpperChange[] = [];
  const stop = machine.onChange((change) => seen.push(change));
  const { id, process } = await start(3, 'sleep 600');
  const sh = async (command: string) => outcome(await machine.exec(id, containerProcess(['sh', '-c', command])));
  const told = async (path: string, kind: UpperChange['kind']) =>
    soon(() =>
      seen.filter((change) => change.path === path && change.containerId === id).map((change) => change.kind),
    ).toContain(kind);

  await sh('echo one >/made');
  await told('/made', 'created');
  seen.length = 0;
  await sh('echo two >>/made');
  await told('/made', 'modified');
  await sh('echo x >>/etc/plain');
  await told('/etc/plain', 'modified');
  await sh('rm /made /lib/other; mkdir /dir; mv /etc/plain /dir/moved');
  await told('/made', 'deleted');
  await told('/lib/other', 'deleted');
  await told('/dir', 'created');
  await told('/etc/plain', 'deleted');
  await told('/dir/moved', 'modified');
  // What overlayfs does in its work directory is nobody's business.
  expect(seen.filter((change) => /work|#/.test(change.path))).toEqual([]);
  stop();
  await process.signal(9);
  await process.exit;
});

test('many changes are told together, and none is left out', async () => {
  const paths = new Set<string>();
  const stop = machine.onChange((change) => paths.add(change.path));
  const { process } = await start(4, 'i=0; while [ $i -lt 500 ]; do : >/many-$i; i=$((i+1)); done');
  await process.exit;
  await soon(() => [...paths].filter((path) => path.startsWith('/many-')).length).toBe(500);
  stop();
});

test('paths of the host are read and written as tars', async () => {
  await hostShell(
    machine,
    'mkdir -p /tmp/a/b /tmp/out; echo deep >/tmp/a/b/c; ln -s c /tmp/a/b/l; chmod 640 /tmp/a/b/c',
  );
  const tar = await machine.archive('/tmp/a');
  expect(readTar(tar).map((entry) => entry.name.replace(/\/$/, ''))).toEqual(['a', 'a/b', 'a/b/c', 'a/b/l']);
  await machine.extract('/tmp/out', tar);
  const { stdout } = await hostShell(machine, 'cat /tmp/out/a/b/l; stat -c "%a %U" /tmp/out/a/b/c');
  expect(stdout).toBe('deep\n640 root\n');
  await expect(machine.archive('/tmp/nothing')).rejects.toMatchObject({ code: 'not-found' });
  await expect(machine.extract('/tmp/nothing', tar)).rejects.toMatchObject({ code: 'not-found' });
});

test('a path in a container is looked up as the container would', async () => {
  const { id, process } = await start(5, 'mkdir /target; ln -s /target /alias; echo inside >/target/f; sleep 600');
  const merged = `/var/lib/docker/overlay2/${id}/merged`;
  await soon(
    async () => readTar(await machine.archive(`${merged}/alias/f`).catch(() => new Uint8Array(1024))).length,
  ).toBe(1);
  await process.signal(9);
  await process.exit;
});

test('the workspace is one with the host’s files, and can be bound into containers', async () => {
  const { workspace } = made;
  workspace.write('/note', new TextEncoder().encode('from outside\n'));
  const { stdout } = await hostShell(machine, 'cd project && cat note && echo from inside >reply && pwd');
  expect(stdout).toBe('from outside\n/root/project\n');
  expect(new TextDecoder().decode(workspace.read('/reply'))).toBe('from inside\n');
  const spec = containerSpec(containerProcess(['cat', '/work/note'], { cwd: '/work' }), {
    mounts: [{ destination: '/work', type: 'bind', source: '/root/project', options: ['rbind'] }],
  });
  const bound = await machine.startContainer({ id: containerId(6), lowers: ['base'], spec });
  expect((await outcome(bound)).stdout).toBe('from outside\n');
});
