import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../engine.ts';
import { httpServer } from './server/http-server.ts';
import { listen } from './server/listen.ts';
import { startEngine } from './start-engine.ts';

// The walk-through of the first lesson, by the real docker client, which knows nothing of Drydock.

let engine: Engine;
let server: Server;
let folder: string;
let host: string;

beforeAll(async () => {
  engine = await startEngine();
  server = httpServer(engine.transport);
  host = await listen(server, 'tcp://127.0.0.1:0');
  folder = mkdtempSync(join(tmpdir(), 'drydock-walk-'));
  writeFileSync(join(folder, 'Dockerfile'), 'FROM alpine:latest\nCOPY . .\nCMD ["./app"]\n');
  writeFileSync(
    join(folder, 'app'),
    '#!/bin/sh\ntrap "exit 0" TERM\nwhile :; do echo working; sleep 1 & wait $!; done\n',
  );
  chmodSync(join(folder, 'app'), 0o755);
});

afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await engine?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function docker(args: readonly string[], input?: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', args, { env: { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input ?? '');
  });
}

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args);
  expect(code, `docker ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

test('walks through the first lesson', async () => {
  const built = await succeed('build', '-t', 'myapp', folder);
  expect(built).toMatch(/Step 1\/3 : FROM alpine:latest\n/);
  expect(built).toMatch(/Step 3\/3 : CMD \["\.\/app"\]\n/);
  expect(built).toMatch(/Successfully built [0-9a-f]{12}\nSuccessfully tagged myapp:latest\n$/);

  const id = (await succeed('run', '-d', '--name', 'mycontainer', 'myapp')).trim();
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(await succeed('ps')).toMatch(
    new RegExp(`^${id.slice(0, 12)}\\s+myapp\\s+"\\./app"\\s+.* Up .*mycontainer$`, 'm'),
  );

  const shell = await docker(['exec', '-i', 'mycontainer', '/bin/sh'], 'echo "Updated content" > file.txt\nexit\n');
  expect(shell).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await succeed('diff', 'mycontainer')).toBe('A /file.txt\n');
  expect(await succeed('commit', 'mycontainer', 'myapp:v2')).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  expect(await succeed('run', '--rm', 'myapp:v2', 'cat', 'file.txt')).toBe('Updated content\n');
  expect(await docker(['run', '--rm', 'myapp', 'cat', 'file.txt'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/can't open 'file\.txt': No such file or directory/),
  });
  expect(await succeed('stop', 'mycontainer')).toBe('mycontainer\n');
  expect(await succeed('start', 'mycontainer')).toBe('mycontainer\n');
  expect(await succeed('exec', 'mycontainer', 'cat', 'file.txt')).toBe('Updated content\n');
  const history = await succeed('history', 'myapp:v2');
  expect(history.split('\n')[2]).toMatch(/CMD \["\.\/app"\]/);
  expect(history).toMatch(/COPY \. \. # buildkit/);
  expect(await succeed('logs', 'mycontainer')).toMatch(/^(working\n)+$/);
});

test('tells errors with Docker’s codes, and leaves nothing behind', async () => {
  const count = async () => (await succeed('ps', '-aq')).split('\n').length;
  const before = await count();
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['run', '--rm', 'alpine', 'nosuch'], 127, /exec: "nosuch": executable file not found in \$PATH/],
    [['run', '--rm', 'alpine', '/etc/passwd'], 126, /exec: "\/etc\/passwd": permission denied/],
    [['run', '--rm', 'alpine', 'sh', '-c', 'exit 7'], 7, /^$/],
    [['run', '--rm', 'nosuchimage'], 125, /pull access denied for nosuchimage.*can be pulled here: .*alpine/s],
    [
      ['run', '--name', 'mycontainer', 'alpine'],
      125,
      /Conflict\. The container name "\/mycontainer" is already in use by container/,
    ],
    [['exec', 'nosuch', 'true'], 1, /No such container: nosuch/],
    [['exec', 'mycontainer', 'nosuch'], 127, /exec: "nosuch": executable file not found in \$PATH/],
    [
      ['rm', 'mycontainer'],
      1,
      /cannot remove container "(\/)?mycontainer": container is running: stop the container before removing or force remove/,
    ],
    [['build', join(folder, 'nowhere')], 1, /unable to prepare context: path ".*nowhere" not found/],
  ];
  for (const [args, code, message] of cases) {
    const result = await docker(args);
    // `docker exec` says on its standard output what the daemon could not run.
    expect([result.code, result.stdout + result.stderr], `docker ${args.join(' ')}`).toEqual([
      code,
      expect.stringMatching(message),
    ]);
  }
  expect(await count()).toBe(before);
});

test('reports a Dockerfile’s mistakes with their line', async () => {
  const dockerfile = (text: string) => docker(['build', '-t', 'broken', '-'], text);
  expect(await dockerfile('FROM alpine\nCOPPY . .\n')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /dockerfile parse error on line 2: unknown instruction: COPPY \(did you mean COPY\?\)/,
    ),
  });
  expect((await dockerfile('FROM alpine\nRUN false\n')).stderr).toMatch(/returned a non-zero code: 1/);
  expect((await dockerfile('FROM alpine\nCOPY nothere /x\n')).stderr).toMatch(/nothere/);
  expect(await succeed('images', '-q', 'broken')).toBe('');
});
