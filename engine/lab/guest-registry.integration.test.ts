import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { startEngine } from '../hosts/node/start-engine.ts';
import { runCli } from '../hosts/node/testing/cli.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

/** A command of the guest host. */
async function sh(command: string): Promise<string> {
  const process = await engine.machine.spawn({
    user: { uid: 0, gid: 0 },
    args: ['/bin/sh', '-c', command],
    env: ['PATH=/usr/bin:/bin'],
    cwd: '/',
  });
  await process.stdin.close();
  const [out, err] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
    process.exit,
  ]);
  return out + err;
}

async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(engine.transport, args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

test('a program on the guest host reaches the registry', async () => {
  await expect.poll(() => sh('wget -qO- localhost:5000/v2/_catalog')).toBe('{"repositories":[]}\n');
  await docker('pull', '-q', 'alpine');
  await docker('tag', 'alpine', 'localhost:5000/lab/alpine:v1');
  await docker('push', '-q', 'localhost:5000/lab/alpine:v1');
  expect(await sh('wget -qO- localhost:5000/v2/_catalog')).toBe('{"repositories":["lab/alpine"]}\n');
  const manifest = JSON.parse(await sh('wget -qO- localhost:5000/v2/lab/alpine/manifests/v1'));
  const [layer] = manifest.layers;
  expect(await sh(`wget -qO- localhost:5000/v2/lab/alpine/blobs/${layer.digest} | sha256sum`)).toBe(
    `${layer.digest.slice(7)}  -\n`,
  );
  expect(await sh('wget -qO- localhost:5000/v2/nosuch/tags/list')).toMatch(/404 Not Found/);
  const head = 'printf "HEAD /v2/lab/alpine/manifests/v1 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" | nc localhost 5000';
  expect(await sh(head)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*docker-content-digest: sha256:[0-9a-f]{64}\r\n/);
  const all = 'for i in 1 2 3 4 5; do wget -qO- localhost:5000/v2/ & done; wait';
  expect(await sh(all)).toBe('{}\n'.repeat(5));
  const upload =
    'wget -qO- --post-data=hello "localhost:5000/v2/up/blobs/uploads/?digest=sha256:$(printf hello | sha256sum | cut -d" " -f1)"';
  expect(await sh(upload)).toBe('');
  expect(await sh('wget -qO- localhost:5000/v2/_catalog')).toBe('{"repositories":["lab/alpine","up"]}\n');
});

test('so it does after the machine has been restarted', async () => {
  await engine.machine.restart();
  await expect.poll(() => sh('wget -qO- localhost:5000/v2/_catalog')).toMatch(/lab\/alpine/);
});
