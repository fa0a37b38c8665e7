import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContainerInspect, ContainerTop, FilesystemChange, JsonMessage } from '../api/types.ts';
import type { Engine } from '../engine.ts';
import { directory, file } from '../files/node.ts';
import { treeToTar } from '../files/tar/index.ts';
import { startEngine } from '../hosts/node/start-engine.ts';

// Containers on the real machine, through the Engine API as any client sees it.

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
  const pulled = await call('POST', '/images/create?fromImage=alpine&tag=latest');
  expect(await pulled.text()).toContain('alpine:latest');
});

afterAll(async () => {
  await engine?.stop();
});

function call(method: string, path: string, body?: unknown): Promise<Response> {
  return engine.transport.fetch(
    new Request(`http://engine${path}`, {
      method,
      ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    }),
  );
}

async function json<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await call(method, path, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function create(Cmd: readonly string[], more: object = {}, name = ''): Promise<string> {
  return (await json<{ Id: string }>('POST', `/containers/create?name=${name}`, { Image: 'alpine', Cmd, ...more })).Id;
}

async function attach(
  path: string,
  body?: unknown,
): Promise<{ output: Promise<string>; input: WritableStream<Uint8Array> }> {
  const answer = await engine.transport.upgrade(
    new Request(`http://engine${path}`, {
      method: 'POST',
      ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    }),
  );
  if (answer instanceof Response) throw new Error(await answer.text());
  const multiplexed = answer.headers.get('Content-Type')?.includes('multiplexed') ?? false;
  return { output: text(answer.duplex.readable, multiplexed), input: answer.duplex.writable };
}

async function text(stream: ReadableStream<Uint8Array>, multiplexed: boolean): Promise<string> {
  const bytes = new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
  if (!multiplexed) return new TextDecoder().decode(bytes);
  let all = '';
  for (let at = 0; at < bytes.length; ) {
    const length = new DataView(bytes.buffer, at).getUint32(4);
    all += new TextDecoder().decode(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return all;
}

/** `docker run --rm`, with what it printed on both streams. */
async function run(Cmd: readonly string[], more: object = {}): Promise<{ code: number; output: string }> {
  const id = await create(Cmd, { HostConfig: { AutoRemove: true }, ...more });
  const { output } = await attach(`/containers/${id}/attach?stream=1&stdout=1&stderr=1`);
  const ended = await call('POST', `/containers/${id}/wait?condition=removed`);
  const started = await call('POST', `/containers/${id}/start`);
  if (started.status !== 204)
    return { code: started.status, output: ((await started.json()) as { message: string }).message };
  const { StatusCode } = (await ended.json()) as { StatusCode: number };
  return { code: StatusCode, output: await output };
}

async function exec(
  container: string,
  Cmd: readonly string[],
  more: object = {},
): Promise<{ code: number | null; output: string }> {
  const request = { Cmd, AttachStdout: true, AttachStderr: true, ...more };
  const { Id } = await json<{ Id: string }>('POST', `/containers/${container}/exec`, request);
  const { output } = await attach(`/exec/${Id}/start`, {});
  const printed = await output;
  const { ExitCode } = await json<{ ExitCode: number | null }>('GET', `/exec/${Id}/json`);
  return { code: ExitCode, output: printed };
}

const LOOP = ['sh', '-c', 'trap "echo bye; exit 3" TERM; i=0; while :; do echo line $i; i=$((i+1)); sleep 0.1; done'];

test('a container runs a process of its own: output, exit code, identity', async () => {
  expect(await run(['echo', 'hello', 'world'])).toEqual({ code: 0, output: 'hello world\n' });
  expect(await run(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toMatchObject({ code: 7 });
  const { output } = await run(['sh', '-c', 'echo $$; hostname; cat /etc/hostname; id -u; echo $HOME; pwd']);
  const [pid, hostname, file, uid, home, cwd] = output.split('\n');
  expect([pid, uid, home, cwd]).toEqual(['1', '0', '/root', '/']);
  expect(hostname).toMatch(/^[0-9a-f]{12}$/);
  expect(file).toBe(hostname);
  expect((await run(['sh', '-c', 'kill -9 $$'], { HostConfig: { Init: false, AutoRemove: true } })).code).toBe(0);
});

test('programs that cannot be run are told as Docker tells them', async () => {
  const prefix =
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ';
  expect(await run(['nosuch'])).toEqual({
    code: 400,
    output: `${prefix}exec: "nosuch": executable file not found in $PATH: unknown`,
  });
  expect(await run(['/nosuch'])).toEqual({
    code: 400,
    output: `${prefix}exec: "/nosuch": stat /nosuch: no such file or directory: unknown`,
  });
  for (const path of ['/etc/passwd', '/etc']) {
    expect(await run([path])).toEqual({ code: 400, output: `${prefix}exec: "${path}": permission denied: unknown` });
  }
});

test('exec, diff, commit: the image does not change, the new one has the file', async () => {
  const id = await create(['sleep', '1000'], {}, 'mycontainer');
  expect((await call('POST', `/containers/${id}/start`)).status).toBe(204);
  expect(await json('GET', `/containers/${id}/changes`)).toBeNull();
  expect(
    await exec(id, ['sh', '-c', 'cd /root && echo "Updated content" > file.txt && rm /etc/motd; mkdir /new']),
  ).toEqual({
    code: 0,
    output: '',
  });
  const changes = await json<FilesystemChange[]>('GET', `/containers/${id}/changes`);
  expect(changes).toEqual(
    expect.arrayContaining([
      { Path: '/root', Kind: 0 },
      { Path: '/root/file.txt', Kind: 1 },
      { Path: '/new', Kind: 1 },
    ]),
  );
  expect(changes.map(({ Path }) => Path).filter((path) => /^\/(proc|sys|dev)/.test(path))).toEqual([]);
  await json('POST', `/commit?container=${id}&repo=myapp&tag=v2`);
  expect(await run(['cat', '/root/file.txt'], { Image: 'myapp:v2' })).toEqual({ code: 0, output: 'Updated content\n' });
  const old = await run(['cat', '/root/file.txt']);
  expect(old.code).toBe(1);
  expect(old.output).toContain('No such file or directory');
  // What was written outlives a stop and a start.
  expect((await call('POST', `/containers/${id}/stop?t=1`)).status).toBe(204);
  expect((await call('POST', `/containers/${id}/start`)).status).toBe(204);
  expect(await exec(id, ['cat', '/root/file.txt'])).toEqual({ code: 0, output: 'Updated content\n' });
  expect((await call('DELETE', `/containers/${id}?force=1`)).status).toBe(204);
});

test('exec has codes, streams, users and terminals of its own', async () => {
  const id = await create(['sleep', '1000']);
  await call('POST', `/containers/${id}/start`);
  expect(await exec(id, ['sh', '-c', 'echo out; echo err >&2; exit 5'])).toMatchObject({ code: 5 });
  expect(await exec(id, ['id', '-u'], { User: '1234' })).toEqual({ code: 0, output: '1234\n' });
  expect(await exec(id, ['pwd'], { WorkingDir: '/tmp' })).toEqual({ code: 0, output: '/tmp\n' });
  expect(await exec(id, ['sh', '-c', 'tty; stty size'], { Tty: true, ConsoleSize: [33, 77] })).toEqual({
    code: 0,
    output: '/dev/pts/0\r\n33 77\r\n',
  });
  expect(await exec(id, ['nosuch'])).toEqual({
    code: 127,
    output:
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown\r\n',
  });
  expect((await exec(id, ['/etc/passwd'])).code).toBe(126);
  const { Id } = await json<{ Id: string }>('POST', `/containers/${id}/exec`, {
    Cmd: ['cat'],
    AttachStdin: true,
    AttachStdout: true,
  });
  const { output, input } = await attach(`/exec/${Id}/start`, {});
  const writer = input.getWriter();
  await writer.write(new TextEncoder().encode('x'.repeat(300_000)));
  await writer.close();
  expect((await output).length).toBe(300_000);
  await call('DELETE', `/containers/${id}?force=1`);
});

test('logs follow, a stop is a SIGTERM first, and the code is the program’s own', async () => {
  const id = await create(LOOP);
  await call('POST', `/containers/${id}/start`);
  const following = await call('GET', `/containers/${id}/logs?stdout=1&follow=1&tail=0`);
  const lines = following.body ? text(following.body, true) : Promise.resolve('');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect((await call('POST', `/containers/${id}/stop?t=5`)).status).toBe(204);
  expect((await lines).split('\n').slice(-2)).toEqual(['bye', '']);
  const { State } = await json<ContainerInspect>('GET', `/containers/${id}/json`);
  expect(State).toMatchObject({ Status: 'exited', ExitCode: 3 });
  await call('DELETE', `/containers/${id}`);
});

test('a stubborn process is killed after the grace period', async () => {
  const id = await create(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
  await call('POST', `/containers/${id}/start`);
  expect((await call('POST', `/containers/${id}/stop?t=1`)).status).toBe(204);
  const { State } = await json<ContainerInspect>('GET', `/containers/${id}/json`);
  expect(State.ExitCode).toBe(137);
  await call('DELETE', `/containers/${id}`);
});

test('pause freezes, and top shows the processes', async () => {
  const id = await create(LOOP);
  await call('POST', `/containers/${id}/start`);
  const top = await json<ContainerTop>('GET', `/containers/${id}/top`);
  expect(top.Titles).toEqual(['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']);
  expect(top.Processes?.[0]?.at(-1)).toContain('trap');
  expect(top.Processes?.[0]?.[0]).toBe('root');
  expect((await call('POST', `/containers/${id}/pause`)).status).toBe(204);
  const count = async (): Promise<number> =>
    (await (await call('GET', `/containers/${id}/logs?stdout=1`)).text()).split('line').length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await count()).toBe(before);
  expect((await call('POST', `/containers/${id}/unpause`)).status).toBe(204);
  await expect.poll(count, { timeout: 5000 }).toBeGreaterThan(before);
  await call('DELETE', `/containers/${id}?force=1`);
});

test('a container is confined', async () => {
  const { output } = await run([
    'sh',
    '-c',
    'ls /proc | grep -c "^[0-9]"; cat /proc/kcore | wc -c; echo x > /proc/sys/kernel/hostname || echo read-only; mount -t tmpfs t /mnt || echo refused; grep CapEff /proc/self/status; ls /dev',
  ]);
  expect(output).toContain('read-only');
  expect(output).toContain('refused');
  expect(output).toContain('CapEff:\t00000000a80425fb');
});

test('an image may hold the same layer twice', async () => {
  const context = directory({ Dockerfile: file('FROM alpine\nRUN true\nRUN true\nRUN echo top > /top\n') });
  const response = await engine.transport.fetch(
    new Request('http://engine/build?t=twins', { method: 'POST', body: treeToTar(context) as Uint8Array<ArrayBuffer> }),
  );
  expect(await response.text()).toContain('Successfully tagged twins:latest');
  expect(await run(['cat', '/top'], { Image: 'twins' })).toEqual({ code: 0, output: 'top\n' });
});

test('RUN makes a layer without the mount points of the runtime', async () => {
  const context = directory({
    Dockerfile: file('FROM alpine\nRUN echo built > /built && cat /built\nCMD ["cat", "/built"]\n'),
  });
  const response = await engine.transport.fetch(
    new Request('http://engine/build?t=built', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-tar' },
      body: treeToTar(context) as Uint8Array<ArrayBuffer>,
    }),
  );
  const messages = (await response.text())
    .trim()
    .split('\r\n')
    .map((line) => JSON.parse(line) as JsonMessage);
  expect(messages.map(({ stream }) => stream ?? '').join('')).toContain('built\n');
  expect(messages.at(-1)).toEqual({ stream: 'Successfully tagged built:latest\n' });
  const { Id } = await json<{ Id: string }>('POST', '/containers/create', { Image: 'built' });
  expect(Id).toHaveLength(64);
  expect(await run(['cat', '/built'], { Image: 'built' })).toEqual({ code: 0, output: 'built\n' });
});

test('after a restart of the machine containers are exited, and start with a clean layer', async () => {
  const id = await create(['sleep', '1000']);
  await call('POST', `/containers/${id}/start`);
  await exec(id, ['touch', '/mark']);
  await engine.machine.restart();
  const { State } = await json<ContainerInspect>('GET', `/containers/${id}/json`);
  expect(State).toMatchObject({ Status: 'exited', ExitCode: 137 });
  expect(State.Error).toContain('what was written in this container is gone');
  expect((await call('POST', `/containers/${id}/start`)).status).toBe(204);
  expect((await exec(id, ['ls', '/mark'])).code).toBe(1);
  await call('DELETE', `/containers/${id}?force=1`);
});
