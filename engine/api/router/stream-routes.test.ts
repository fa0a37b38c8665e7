import { describe, expect, it } from 'vitest';
import type { FakeMachine } from '../../container/testing/fake-machine.ts';
import { type TestEngine, testEngine } from '../../container/testing/test-engine.ts';
import type { Upgraded } from '../transport.ts';
import type { ExecInspect } from '../types.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `stream:text` for each frame. */
function frames(bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(4);
    found.push(`${bytes[at]}:${new TextDecoder().decode(bytes.subarray(at + 8, at + 8 + length))}`);
    at += 8 + length;
  }
  return found;
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

async function hijack(engine: TestEngine<FakeMachine>, path: string, body?: object): Promise<Upgraded> {
  const answer = await engine.transport.upgrade(
    new Request(`http://engine${path}`, {
      method: 'POST',
      headers: { ...(body && { 'Content-Type': 'application/json' }), Upgrade: 'tcp' },
      ...(body && { body: JSON.stringify(body) }),
    }),
  );
  if (answer instanceof Response) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer;
}

async function create(engine: TestEngine<FakeMachine>, name: string, body: object = {}): Promise<string> {
  const answer = await engine.json(201, 'POST', `/containers/create?name=${name}`, { Image: 'alpine', ...body });
  return (answer as { Id: string }).Id;
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('attach', () => {
  it('misses nothing when it comes before the start, in frames', async () => {
    const engine = await testEngine();
    await create(engine, 'job', { Cmd: ['echo', 'hello', 'world'] });
    const { headers, duplex } = await hijack(engine, '/containers/job/attach?stream=1&stdout=1&stderr=1');
    expect(headers.get('Content-Type')).toBe('application/vnd.docker.multiplexed-stream');
    await duplex.writable.close();
    await engine.call('POST', '/containers/job/start');
    expect(frames(await bytesOf(duplex.readable))).toEqual(['1:hello world\n']);
  });

  it('gives what runc says when the kernel will not run the program', async () => {
    const engine = await testEngine();
    for (const [program, text] of [
      ['/text', '2:exec /text: exec format error\n'],
      ['/script', '2:exec /script: no such file or directory\n'],
    ] as const) {
      const id = await create(engine, '', { Cmd: [program] });
      const { duplex } = await hijack(engine, `/containers/${id}/attach?stream=1&stdout=1&stderr=1`);
      expect((await engine.call('POST', `/containers/${id}/start`)).status).toBe(204);
      expect(frames(await bytesOf(duplex.readable))).toEqual([text]);
      expect(await (await engine.call('POST', `/containers/${id}/wait`)).json()).toEqual({ StatusCode: 255 });
    }
  });

  it('is raw with a tty, and called by its old name before 1.42', async () => {
    const engine = await testEngine();
    await create(engine, 'tty', { Cmd: ['echo', 'hi'], Tty: true });
    await create(engine, 'old', { Cmd: ['echo', 'hi'] });
    const tty = await hijack(engine, '/containers/tty/attach?stream=1&stdout=1');
    expect(tty.headers.get('Content-Type')).toBe('application/vnd.docker.raw-stream');
    await engine.call('POST', '/containers/tty/start');
    expect(new TextDecoder().decode(await bytesOf(tty.duplex.readable))).toBe('hi\n');
    const old = await hijack(engine, '/v1.41/containers/old/attach?stream=1&stdout=1');
    expect(old.headers.get('Content-Type')).toBe('application/vnd.docker.raw-stream');
  });

  it('carries stdin, and its end as the end of input, not of the connection', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'cat', { Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
    const { duplex } = await hijack(engine, '/containers/cat/attach?stream=1&stdin=1&stdout=1');
    const writer = duplex.writable.getWriter();
    const written = writer.write(encode('before '));
    await engine.call('POST', '/containers/cat/start');
    await written;
    await writer.write(encode('after'));
    await writer.close();
    expect(frames(await bytesOf(duplex.readable)).join('')).toBe('1:before 1:after');
    expect(engine.machine.running.get(id)?.inputClosed).toBe(true);
  });

  it('leaves stdin open for others unless the container says once', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'cat', { Cmd: ['cat'], OpenStdin: true });
    await engine.call('POST', '/containers/cat/start');
    const { duplex } = await hijack(engine, '/containers/cat/attach?stream=1&stdin=1&stdout=1');
    await duplex.writable.close();
    expect(await bytesOf(duplex.readable)).toHaveLength(0);
    expect(engine.machine.running.get(id)?.inputClosed).toBe(false);
  });

  it('gives a process without -i no input', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'job');
    await engine.call('POST', '/containers/job/start');
    await soon();
    expect(engine.machine.running.get(id)?.inputClosed).toBe(true);
  });

  it('lets go of a tty at the detach keys, and the container runs on', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'web', { Tty: true, OpenStdin: true });
    await engine.call('POST', '/containers/web/start');
    const { duplex } = await hijack(engine, '/containers/web/attach?stream=1&stdin=1&stdout=1&detachKeys=ctrl-a,x');
    const writer = duplex.writable.getWriter();
    await writer.write(Uint8Array.of(0x61, 1, 0x62));
    await writer.write(Uint8Array.of(1));
    await writer.write(Uint8Array.of(0x78));
    expect(await bytesOf(duplex.readable)).toHaveLength(0);
    const process = engine.machine.running.get(id);
    expect(process?.input).toBe('a\u0001b');
    expect(process?.signals).toEqual([]);
    expect(engine.events.past().at(-1)?.Action).toBe('detach');
  });

  it('does not hold the container back for a client that left', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'web');
    await engine.call('POST', '/containers/web/start');
    const { duplex } = await hijack(engine, '/containers/web/attach?stream=1&stdout=1');
    await duplex.readable.cancel();
    const process = engine.machine.running.get(id);
    for (let index = 0; index < 50; index += 1) await process?.print('x'.repeat(100_000));
    process?.end(0);
    expect(await (await engine.call('POST', '/containers/web/wait')).json()).toEqual({ StatusCode: 0 });
  });

  it('holds the container back for a client that does not read, and lets it end all the same', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'web');
    await engine.call('POST', '/containers/web/start');
    await hijack(engine, '/containers/web/attach?stream=1&stdout=1');
    const process = engine.machine.running.get(id);
    let printed = 0;
    const printing = (async () => {
      for (; printed < 100; printed += 1) await process?.print('x'.repeat(100_000));
    })();
    printing.catch(() => {});
    await soon();
    await soon();
    expect(printed).toBeGreaterThan(5);
    expect(printed).toBeLessThan(20);
    await engine.call('POST', '/containers/web/kill');
    expect(await (await engine.call('POST', '/containers/web/wait')).json()).toEqual({ StatusCode: 137 });
  });

  it('works without an upgrade', async () => {
    const engine = await testEngine();
    await create(engine, 'job', { Cmd: ['echo', 'x'] });
    const answer = await engine.call('POST', '/containers/job/attach?stream=1&stdout=1');
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'application/vnd.docker.raw-stream']);
    await engine.call('POST', '/containers/job/start');
    expect(frames(new Uint8Array(await answer.arrayBuffer()))).toEqual(['1:x\n']);
  });

  it('gives what was written so far first, when asked', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'web');
    await engine.call('POST', '/containers/web/start');
    const process = engine.machine.running.get(id);
    await process?.print('past\n');
    await soon();
    const { duplex } = await hijack(engine, '/containers/web/attach?logs=1&stream=1&stdout=1');
    await process?.print('now\n');
    process?.end(0);
    expect(frames(await bytesOf(duplex.readable))).toEqual(['1:past\n', '1:now\n']);
  });
});

describe('logs', () => {
  it('gives both streams, by tail and time, and follows', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'web');
    await engine.call('POST', '/containers/web/start');
    const process = engine.machine.running.get(id);
    await process?.print('one\ntwo\n');
    await process?.complain('oops\n');
    await soon();
    const both = await engine.call('GET', '/containers/web/logs?stdout=1&stderr=1&tail=all');
    expect(both.headers.get('Content-Type')).toBe('application/vnd.docker.multiplexed-stream');
    expect(frames(new Uint8Array(await both.arrayBuffer())).sort()).toEqual(['1:one\n', '1:two\n', '2:oops\n']);
    const follow = await engine.call('GET', '/containers/web/logs?stdout=1&follow=1&tail=1&timestamps=1');
    await process?.print('three\n');
    process?.end(0);
    const lines = frames(new Uint8Array(await follow.arrayBuffer()));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^1:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/);
    expect((await engine.call('GET', '/containers/web/logs')).status).toBe(400);
    expect((await engine.call('GET', '/containers/none/logs?stdout=1')).status).toBe(404);
  });
});

describe('exec', () => {
  const attached = { AttachStdin: true, AttachStdout: true, AttachStderr: true };

  it('runs with its own environment, user, directory and streams', async () => {
    const engine = await testEngine();
    const container = await create(engine, 'web', { Env: ['A=1'] });
    await engine.call('POST', '/containers/web/start');
    const { Id } = (await engine.json(201, 'POST', '/containers/web/exec', {
      ...attached,
      Cmd: ['cat'],
      Env: ['B=2'],
      User: 'ann',
      WorkingDir: '/tmp',
    })) as { Id: string };
    const { duplex } = await hijack(engine, `/exec/${Id}/start`, { Detach: false, Tty: false });
    await soon();
    const process = engine.machine.execs[0];
    expect(process?.spec).toMatchObject({ args: ['cat'], cwd: '/tmp', user: { uid: 1000 } });
    expect(process?.spec.env).toEqual([
      'PATH=/bin',
      `HOSTNAME=${container.slice(0, 12)}`,
      'A=1',
      'LANG=C',
      'B=2',
      'HOME=/home/ann',
    ]);
    expect(await engine.json(200, 'GET', `/exec/${Id}/json`)).toMatchObject({
      ID: Id,
      Running: true,
      ExitCode: null,
      Pid: process?.pid,
      ContainerID: container,
      ProcessConfig: { entrypoint: 'cat', arguments: [], tty: false, user: 'ann' },
    });
    const writer = duplex.writable.getWriter();
    await writer.write(encode('ping'));
    await writer.close();
    expect(frames(await bytesOf(duplex.readable))).toEqual(['1:ping']);
    expect(((await engine.json(200, 'GET', `/exec/${Id}/json`)) as ExecInspect).ExitCode).toBe(0);
    expect(
      engine.events
        .past()
        .map(({ Action }) => Action)
        .slice(-3),
    ).toEqual(['exec_create: cat', 'exec_start: cat', 'exec_die']);
    expect((await engine.call('POST', `/exec/${Id}/start`, {})).status).toBe(409);
  });

  it('tells why a program could not be started in the stream and by its exit code', async () => {
    const engine = await testEngine();
    await create(engine, 'web');
    await engine.call('POST', '/containers/web/start');
    for (const [program, text, code] of [
      ['nosuch', 'exec: "nosuch": executable file not found in $PATH: unknown', 127],
      ['/plain', 'exec: "/plain": permission denied: unknown', 126],
    ] as const) {
      const { Id } = (await engine.json(201, 'POST', '/containers/web/exec', { ...attached, Cmd: [program] })) as {
        Id: string;
      };
      const { duplex } = await hijack(engine, `/exec/${Id}/start`, {});
      expect(frames(await bytesOf(duplex.readable))).toEqual([
        `1:OCI runtime exec failed: exec failed: unable to start container process: ${text}\r\n`,
      ]);
      expect(await engine.json(200, 'GET', `/exec/${Id}/json`)).toMatchObject({ Running: false, ExitCode: code });
      const again = (await engine.json(201, 'POST', '/containers/web/exec', { Cmd: [program] })) as { Id: string };
      expect((await engine.call('POST', `/exec/${again.Id}/start`, { Detach: true })).status).toBe(400);
    }
  });

  it('runs detached', async () => {
    const engine = await testEngine();
    await create(engine, 'web');
    await engine.call('POST', '/containers/web/start');
    const { Id } = (await engine.json(201, 'POST', '/containers/web/exec', { Cmd: ['false'] })) as { Id: string };
    const answer = await engine.call('POST', `/exec/${Id}/start`, { Detach: true });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    await soon();
    expect(await engine.json(200, 'GET', `/exec/${Id}/json`)).toMatchObject({ Running: false, ExitCode: 1 });
  });

  it('refuses what cannot be', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'web');
    const refused = await engine.call('POST', '/containers/web/exec', { Cmd: ['true'] });
    expect([refused.status, await refused.json()]).toEqual([409, { message: `container ${id} is not running` }]);
    await engine.call('POST', '/containers/web/start');
    expect((await engine.call('POST', '/containers/web/exec', { Cmd: [] })).status).toBe(400);
    expect((await engine.call('GET', '/exec/none/json')).status).toBe(404);
  });

  it('resizes terminals', async () => {
    const engine = await testEngine();
    const id = await create(engine, 'web', { Tty: true });
    expect((await engine.call('POST', '/containers/web/resize?h=10&w=20')).status).toBe(409);
    await engine.call('POST', '/containers/web/start');
    expect((await engine.call('POST', '/containers/web/resize?h=10&w=20')).status).toBe(200);
    expect(engine.machine.running.get(id)?.sizes).toEqual([[20, 10]]);
    const { Id } = (await engine.json(201, 'POST', '/containers/web/exec', {
      Cmd: ['sh'],
      Tty: true,
      AttachStdout: true,
    })) as { Id: string };
    await hijack(engine, `/exec/${Id}/start`, { Tty: true, ConsoleSize: [24, 80] });
    await soon();
    expect(engine.machine.execs[0]?.spec.consoleSize).toEqual({ height: 24, width: 80 });
    expect((await engine.call('POST', `/exec/${Id}/resize?h=1&w=2`)).status).toBe(200);
    expect(engine.machine.execs[0]?.sizes).toEqual([[2, 1]]);
  });
});
