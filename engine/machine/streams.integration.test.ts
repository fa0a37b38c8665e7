import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GuestProcess, Machine } from './machine.ts';
import {
  containerId,
  containerProcess,
  containerSpec,
  hostProcess,
  outcome,
  publishBase,
} from './testing/containers.ts';
import { createTestMachine } from './testing/node-machine.ts';

let machine: Machine;
const id = containerId(1);

beforeAll(async () => {
  ({ machine } = await createTestMachine());
  await publishBase(machine);
  await machine.startContainer({ id, lowers: ['base'], spec: containerSpec(containerProcess(['sleep', '600'])) });
});
afterAll(() => machine?.stop());

const encoder = new TextEncoder();

/** The shell's, with the question where the cursor is that its line editor may ask. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are driven by them
const prompt = /> (\x1b\[6n)?$/;

/** Reads until the text so far matches. */
async function until(reader: ReadableStreamDefaultReader<Uint8Array>, pattern: RegExp): Promise<string> {
  const decoder = new TextDecoder();
  for (let text = ''; ; ) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the stream ended after ${JSON.stringify(text)}`);
    text += decoder.decode(value, { stream: true });
    if (pattern.test(text)) return text;
  }
}

test('standard output and error come apart', async () => {
  const process = await machine.exec(id, containerProcess(['sh', '-c', 'echo out; echo err >&2; exit 5']));
  expect(await outcome(process)).toEqual({ stdout: 'out\n', stderr: 'err\n', code: 5, oomKilled: false });
});

test('ten million bytes through standard input arrive, however many writes', async () => {
  const process = await machine.exec(id, containerProcess(['wc', '-c']));
  const writer = process.stdin.getWriter();
  for (let left = 10_000_000; left > 0; left -= 250_000) await writer.write(new Uint8Array(250_000));
  await writer.close();
  expect((await outcome(process)).stdout.trim()).toBe('10000000');
});

test('an unread stream holds its process back, and nothing is lost', async () => {
  const process = await machine.exec(id, containerProcess(['sh', '-c', 'busybox seq 100000']));
  const other = await outcome(await machine.exec(id, containerProcess(['echo', 'others go on'])));
  expect(other.stdout).toBe('others go on\n');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const lines = (await new Response(process.stdout).text()).split('\n');
  expect(lines).toHaveLength(100_001);
  expect(lines.every((line, index) => index === 100_000 || line === String(index + 1))).toBe(true);
});

test('an endless writer is held back and goes when its reader cancels', async () => {
  const process = await machine.exec(id, containerProcess(['yes']));
  const reader = process.stdout.getReader();
  let bytes = 0;
  while (bytes < 500_000) bytes += (await reader.read()).value?.length ?? 0;
  await reader.cancel();
  // SIGPIPE
  expect((await process.exit).code).toBe(141);
});

test('writing to a process that has ended fails instead of hanging', async () => {
  const process = await machine.exec(id, containerProcess(['true']));
  await process.exit;
  const writer = process.stdin.getWriter();
  writer.closed.catch(() => {});
  await expect(
    (async () => {
      for (;;) await writer.write(new Uint8Array(65536));
    })(),
  ).rejects.toMatchObject({ code: 'not-running' });
});

async function terminal(start: (process: ReturnType<typeof hostProcess>) => Promise<GuestProcess>) {
  const process = await start(
    hostProcess(['sh'], {
      terminal: true,
      consoleSize: { width: 91, height: 17 },
      cwd: '/',
      env: ['PATH=/bin', 'PS1=> '],
    }),
  );
  const reader = process.stdout.getReader();
  const writer = process.stdin.getWriter();
  const type = (text: string) => writer.write(encoder.encode(text));
  await until(reader, prompt);
  return { process, reader, type };
}

test.each(['exec', 'spawn'] as const)('a tty by %s: size, resize, control characters, end', async (how) => {
  const { process, reader, type } = await terminal((spec) =>
    how === 'exec' ? machine.exec(id, { ...containerProcess([]), ...spec }) : machine.spawn(spec),
  );
  await type('tty; stty size\r');
  expect(await until(reader, /17 91\r\n/)).toMatch(/\/dev\/pts\/\d+\r\n/);
  await process.resize(120, 40);
  await type('stty size\r');
  await until(reader, /40 120\r\n/);
  await type('sleep 600\r');
  await until(reader, /sleep 600\r\n/);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await type('\x03');
  await until(reader, prompt);
  await type('exit 7\r');
  expect((await process.exit).code).toBe(7);
  expect(await new Response(process.stderr).text()).toBe('');
});

test('a container’s first process has its terminal on /dev/console too', async () => {
  const spec = containerSpec(
    containerProcess(['sh', '-c', 'echo to the console >/dev/console; tty'], { terminal: true }),
  );
  const result = await outcome(await machine.startContainer({ id: containerId(2), lowers: ['base'], spec }));
  expect(result.stdout).toBe('to the console\r\n/dev/pts/0\r\n');
});

test('signals reach the process', async () => {
  const process = await machine.exec(
    id,
    containerProcess(['sh', '-c', 'trap "echo got it; exit 9" USR1; echo ready; while true; do sleep 0.05; done']),
  );
  const reader = process.stdout.getReader();
  await until(reader, /ready\n/);
  await process.signal(10);
  await until(reader, /got it\n/);
  expect((await process.exit).code).toBe(9);
});
