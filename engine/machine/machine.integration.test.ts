import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invocation, Machine, MachineState } from './machine.ts';
import {
  containerId,
  containerProcess,
  containerSpec,
  hostProcess,
  hostShell,
  outcome,
  publishBase,
  soon,
} from './testing/containers.ts';
import { createTestMachine, type TestMachine } from './testing/node-machine.ts';

let made: TestMachine;
let machine: Machine;
const encoder = new TextEncoder();

beforeAll(async () => {
  made = await createTestMachine();
  machine = made.machine;
  await publishBase(machine);
});
afterAll(() => machine?.stop());

test('the clock and the randomness are this host’s, not the snapshot’s', async () => {
  const { stdout } = await hostShell(machine, 'date +%s; head -c 16 /dev/urandom | md5sum');
  expect(Math.abs(Number(stdout.split('\n')[0]) - Date.now() / 1000)).toBeLessThan(3);
  const other = await createTestMachine();
  const again = await hostShell(other.machine, 'head -c 16 /dev/urandom | md5sum');
  await other.machine.stop();
  expect(again.stdout).not.toBe(stdout.split('\n')[1]);
});

test('the host shell has a home, a prompt and docker on its PATH', async () => {
  const shell = await machine.spawn(hostProcess(['sh', '-l'], { terminal: true, cwd: '/root/project' }));
  const reader = shell.stdout.getReader();
  let text = '';
  while (!text.includes('$ ')) text += new TextDecoder().decode((await reader.read()).value);
  expect(text).toContain('lab:~/project$ ');
  await shell.signal(9);
  expect((await hostShell(machine, 'which docker; hostname')).stdout).toBe('/usr/bin/docker\nlab\n');
});

describe('docker on the guest host', () => {
  async function handle(handler: (invocation: Invocation) => Promise<void>, command: string) {
    const stop = machine.onInvocation((invocation) => void handler(invocation));
    try {
      return await hostShell(machine, command);
    } finally {
      stop();
    }
  }
  async function say(stream: WritableStream<Uint8Array>, text: string) {
    const writer = stream.getWriter();
    await writer.write(encoder.encode(text));
    writer.releaseLock();
  }

  test('arguments, directory, environment, streams and exit code go both ways', async () => {
    let seen: Invocation | undefined;
    const result = await handle(async (invocation) => {
      seen = invocation;
      const input = await new Response(invocation.stdin).text();
      await say(invocation.stdout, `read ${input}`);
      await say(invocation.stderr, 'complaint\n');
      await invocation.exit(42);
    }, 'cd /tmp; echo words | X=1 docker run "two words" ""; echo "code $?"');
    expect(result.stdout).toBe('read words\ncode 42\n');
    expect(result.stderr).toBe('complaint\n');
    expect(seen).toMatchObject({
      argv: ['docker', 'run', 'two words', ''],
      cwd: '/tmp',
      tty: { stdin: false, stdout: false },
    });
    expect(seen?.env.X).toBe('1');
  });

  test('a pipe line of a megabyte', async () => {
    const result = await handle(async (invocation) => {
      await invocation.stdin.pipeTo(invocation.stdout, { preventClose: true });
      await invocation.exit(0);
    }, 'head -c 1000000 /dev/zero | docker x | wc -c');
    expect(result.stdout.trim()).toBe('1000000');
  });

  test('input nobody asks for is left for others', async () => {
    const result = await handle((invocation) => invocation.exit(0), '(docker x; cat) <<END\nstill here\nEND');
    expect(result.stdout).toBe('still here\n');
  });

  test('exit waits for output that was written before it', async () => {
    const result = await handle(async (invocation) => {
      const writer = invocation.stdout.getWriter();
      for (let i = 0; i < 40; i++) void writer.write(new Uint8Array(10_000));
      await invocation.exit(3);
    }, 'docker x | wc -c');
    expect(result.stdout.trim()).toBe('400000');
  });

  test('signals and a hang-up are told', async () => {
    const signals: number[] = [];
    await handle(async (invocation) => {
      invocation.onSignal((signal) => {
        signals.push(signal);
        if (signal === 15) void invocation.exit(0);
      });
    }, 'docker x & sleep 0.3; kill -INT $!; kill -TERM $!; wait; docker y & sleep 0.3; kill -9 $!; wait');
    await soon(() => signals).toEqual([2, 15, 1, 1]);
  });

  test('a terminal is put in raw mode and back, with its size and its changes', async () => {
    const sizes: unknown[] = [];
    let raw = '';
    const stop = machine.onInvocation((invocation) => {
      void (async () => {
        sizes.push(invocation.size, invocation.tty);
        invocation.onResize((columns, rows) => sizes.push({ columns, rows }));
        await invocation.setRawMode(true);
        const reader = invocation.stdin.getReader();
        await say(invocation.stdout, 'go');
        while (!raw.includes('q')) raw += new TextDecoder().decode((await reader.read()).value);
        await invocation.exit(0);
      })();
    });
    const shell = await machine.spawn(
      hostProcess(['sh', '-c', 'docker x; stty -a'], { terminal: true, consoleSize: { width: 70, height: 20 } }),
    );
    const reader = shell.stdout.getReader();
    let text = '';
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += new TextDecoder().decode((await reader.read()).value);
    };
    await until(/go/);
    await shell.resize(100, 30);
    const writer = shell.stdin.getWriter();
    await writer.write(encoder.encode('\x03\x04ab\r'));
    await soon(() => sizes).toEqual([
      { columns: 70, rows: 20 },
      { stdin: true, stdout: true, stderr: true },
      { columns: 100, rows: 30 },
    ]);
    await writer.write(encoder.encode('q'));
    await until(/echoke/);
    expect(raw).toBe('\x03\x04ab\rq');
    expect(text).toMatch(/\bisig icanon\b/);
    expect(text).toMatch(/ echo /);
    stop();
  });
});

describe('breaking it', () => {
  test('a busy guest is no crash', async () => {
    const spec = containerSpec(containerProcess(['sh', '-c', 'bomb() { bomb | bomb & }; bomb; sleep 600']), {
      resources: { pids: { limit: 60 } },
    });
    const process = await machine.startContainer({ id: containerId(1), lowers: ['base'], spec });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await hostShell(machine, 'echo alive')).stdout).toBe('alive\n');
    await process.signal(9);
    await process.exit;
    expect(machine.state).toBe('running');
  });

  test('a failure of the emulator is told, not thrown', async () => {
    const broken = await createTestMachine();
    broken.files.handle = () => {
      throw new Error('a bug');
    };
    await expect(hostShell(broken.machine, 'ls /spool/new')).rejects.toMatchObject({ code: 'crashed' });
    expect(broken.machine.state).toBe('crashed');
    await broken.machine.stop();
  });

  test('a panic is told with its reason, all waiting ends, and restart brings it back', async () => {
    const states: [MachineState, string | undefined][] = [];
    const stop = machine.onStateChange((state, reason) => states.push([state, reason]));
    made.workspace.write('/kept', encoder.encode('kept\n'));
    const sleeping = await machine.spawn(hostProcess(['sleep', '600']));
    await machine.spawn(hostProcess(['sh', '-c', 'echo c >/proc/sysrq-trigger'])).catch(() => {});
    await expect(sleeping.exit).rejects.toMatchObject({ code: 'crashed' });
    await expect(new Response(sleeping.stdout).text()).rejects.toMatchObject({ code: 'crashed' });
    expect(machine.state).toBe('crashed');
    expect(states).toEqual([['crashed', expect.stringContaining('Kernel panic')]]);
    await expect(machine.spawn(hostProcess(['true']))).rejects.toMatchObject({ code: 'crashed' });

    await machine.restart();
    expect(machine.state).toBe('running');
    expect((await hostShell(machine, 'cat project/kept; rm -rf /bin /usr 2>/dev/null; ls /')).stdout).toMatch(
      /^kept\n/,
    );
    await machine.restart();
    expect((await hostShell(machine, 'ls /bin | wc -l')).code).toBe(0);
    const spec = containerSpec(containerProcess(['echo', 'layers stay published']));
    const process = await machine.startContainer({ id: containerId(1), lowers: ['base'], spec });
    expect((await outcome(process)).stdout).toBe('layers stay published\n');
    stop();
  });
});
