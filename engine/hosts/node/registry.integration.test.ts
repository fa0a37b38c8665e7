import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../engine.ts';
import { httpServer } from './server/http-server.ts';
import { ListenError, listen } from './server/listen.ts';
import { listenForRegistry, type RegistryListener } from './server/registry-listener.ts';
import { startEngine } from './start-engine.ts';
import { runCli, temporaryFolder } from './testing/cli.ts';

// `docker push` and `docker pull` by the real client and by ours, against the engine's own registry as `serve` has it.

let engine: Engine;
let api: Server;
let apiHost: string;
let listener: RegistryListener;
/** What the registry is called in image names. */
let registry: string;
const folder = temporaryFolder();

beforeAll(async () => {
  listener = await listenForRegistry('127.0.0.1:0');
  engine = await startEngine({ ownHosts: listener.hosts });
  listener.attach(engine.registry);
  registry = listener.hosts.find((host) => host.startsWith('localhost:')) ?? '';
  api = httpServer(engine.transport);
  apiHost = await listen(api, 'tcp://127.0.0.1:0');
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder.path, name));
    // Random, so that gzip leaves it large enough for a bar.
    writeFileSync(join(folder.path, name, 'data'), randomBytes(2_000_000));
    writeFileSync(join(folder.path, name, 'Dockerfile'), 'FROM alpine\nCOPY data /data\nCMD ["true"]\n');
  }
});
afterAll(async () => {
  for (const server of [api, listener?.server]) {
    server?.closeAllConnections();
    server?.close();
  }
  await engine?.stop();
  folder.remove();
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DOCKER_HOST: apiHost, DOCKER_BUILDKIT: '0' };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (data) => {
        said[name] += data;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

type Docker = (...args: string[]) => Promise<Result>;
const real: Docker = (...args) => run('docker', args);
const own: Docker = async (...args) => {
  const { code, stdout, stderr } = await runCli(engine.transport, args, { cwd: folder.path });
  return { code, stdout, stderr };
};

const ok = async (result: Promise<Result>): Promise<string> => {
  const { code, stdout, stderr } = await result;
  expect(code, stdout + stderr).toBe(0);
  return stdout;
};

/** Layers end in any order, so their lines are compared sorted. */
const sorted = (text: string): string => text.split('\n').sort().join('\n');
/** What stands for digests and layers. */
const plain = (text: string): string =>
  text.replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST').replaceAll(/^[0-9a-f]{12}:/gm, 'LAYER:');

describe.each([
  ['the real client', real, 'one'],
  ['our command line', own, 'two'],
] as const)('by %s', (_, docker, name) => {
  test('push, remove and pull bring the same image back', async () => {
    const app = `${registry}/${name}/app`;
    await ok(docker('build', '-q', '-t', app, join(folder.path, name)));
    const id = (await ok(docker('images', '-q', '--no-trunc', app))).trim();
    const pushed = plain(await ok(docker('push', app)));
    // The base is in the registry once the first of the two has pushed it.
    expect(pushed.replace('Mounted from one/app', 'Pushed')).toBe(
      [
        'Using default tag: latest',
        `The push refers to repository [${app}]`,
        'LAYER: Preparing',
        'LAYER: Preparing',
        'LAYER: Pushed',
        'LAYER: Pushed',
        `latest: digest: DIGEST size: ${await manifestSize(app)}`,
        '',
      ].join('\n'),
    );
    const digest = (await ok(docker('images', '--digests', '--format', '{{.Digest}}', app))).trim();
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await ok(docker('push', '-q', app))).toBe(`${app}:latest\n`);
    expect(await ok(docker('push', app))).toMatch(/: Layer already exists\n.*: Layer already exists\nlatest: digest: /);

    expect(await ok(docker('rmi', app))).toMatch(`Untagged: ${app}:latest\nUntagged: ${app}@${digest}\nDeleted: ${id}`);
    // The build cache would keep the layer.
    await ok(real('builder', 'prune', '-af'));
    expect(sorted(plain(await ok(docker('pull', app))))).toBe(
      sorted(
        [
          'Using default tag: latest',
          `latest: Pulling from ${name}/app`,
          'LAYER: Already exists',
          'LAYER: Pulling fs layer',
          'LAYER: Verifying Checksum',
          'LAYER: Download complete',
          'LAYER: Pull complete',
          'Digest: DIGEST',
          `Status: Downloaded newer image for ${app}:latest`,
          `${app}:latest`,
          '',
        ].join('\n'),
      ),
    );
    expect((await ok(docker('images', '-q', '--no-trunc', app))).trim()).toBe(id);
    expect(await ok(docker('run', '--rm', app, 'sh', '-c', 'wc -c </data'))).toBe('2000000\n');
  });

  test('a build begins from what has been pushed', async () => {
    const app = `${registry}/${name}/app`;
    await ok(docker('rmi', app));
    mkdirSync(join(folder.path, name, 'from'), { recursive: true });
    writeFileSync(join(folder.path, name, 'from', 'Dockerfile'), `FROM ${app}\nRUN wc -c </data >/size\n`);
    await ok(docker('build', '-q', '-t', `${name}-from`, join(folder.path, name, 'from')));
    expect(await ok(docker('run', '--rm', `${name}-from`, 'cat', '/size'))).toBe('2000000\n');
    await ok(docker('pull', '-q', app));
  });

  test('another repository gets the layers that are there', async () => {
    await ok(docker('tag', `${registry}/${name}/app`, `${registry}/${name}/copy:v1`));
    const pushed = await ok(docker('push', `${registry}/${name}/copy:v1`));
    expect(plain(pushed).match(new RegExp(`LAYER: Mounted from ${name}/app`, 'g'))).toHaveLength(2);
    await ok(docker('tag', `${registry}/${name}/app`, `${registry}/${name}/copy:v2`));
    const all = await ok(docker('push', '-a', `${registry}/${name}/copy`));
    expect(all).toMatch(/^The push refers to repository [\s\S]*\nv1: digest: [\s\S]*\nv2: digest: /);
    expect(await ok(docker('push', '-aq', `${registry}/${name}/copy`))).toBe(`${registry}/${name}/copy\n`);
    expect(plain(await ok(docker('pull', '-a', `${registry}/${name}/copy`)))).toBe(
      [
        `v1: Pulling from ${name}/copy`,
        'Digest: DIGEST',
        `v2: Pulling from ${name}/copy`,
        'Digest: DIGEST',
        `Status: Image is up to date for ${registry}/${name}/copy`,
        `${registry}/${name}/copy`,
        '',
      ].join('\n'),
    );
    expect(await ok(docker('pull', '-q', `${registry}/${name}/copy:v1`))).toBe(`${registry}/${name}/copy:v1\n`);
  });

  test('a tag that has moved leaves the old image behind', async () => {
    const moved = `${registry}/${name}/moved`;
    await ok(docker('pull', '-q', 'busybox'));
    await ok(docker('tag', 'busybox', moved));
    await ok(docker('push', '-q', moved));
    const old = (await ok(docker('images', '-q', moved))).trim();
    // Somebody else pushes.
    const { code, stderr } = await run('skopeo', [
      ...['copy', '-q', '--src-tls-verify=false', '--dest-tls-verify=false'],
      ...[`docker://${registry}/${name}/app`, `docker://${moved}`],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(await ok(docker('pull', moved))).toMatch(`Status: Downloaded newer image for ${moved}:latest\n`);
    const rows = await ok(docker('images', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}', moved));
    expect(rows.split('\n').sort()).toEqual(['', `${moved}:<none> ${old}`, expect.stringMatching(`^${moved}:latest `)]);
  });

  test.each([
    [['push', 'nosuch'], /^An image does not exist locally with the tag: nosuch\n$/],
    [['push', '-q', 'nosuch:v1'], /^An image does not exist locally with the tag: nosuch\n$/],
    [['push', '-a', 'alpine:latest'], /^tag can't be used with --all-tags\/-a\n$/],
    [['push', `alpine@sha256:${'a'.repeat(64)}`], /^cannot push a digest reference\n$/],
    [['push', 'UPPER'], /^invalid reference format: repository name \((library\/)?UPPER\) must be lowercase\n$/],
    [
      ['push', 'alpine'],
      /^denied: requested access to the resource is denied: .* docker tag alpine localhost:\d+\/alpine && docker push localhost:\d+\/alpine\n$/,
    ],
    [
      ['pull', 'REGISTRY/none'],
      /^Error response from daemon: manifest for localhost:\d+\/none:latest not found: manifest unknown: manifest unknown\. Nothing has been pushed/,
    ],
    [['pull', '-q', 'REGISTRY/none'], /^Error response from daemon: manifest for localhost:\d+\/none:latest not found/],
    [
      ['pull', '-a', 'REGISTRY/none'],
      /^Error response from daemon: repository localhost:\d+\/none not found: name unknown: repository name not known to registry\n$/,
    ],
    [
      ['pull', '127.0.0.1:1/x'],
      /^Error response from daemon: Get "http:\/\/127\.0\.0\.1:1\/v2\/x\/manifests\/latest": /,
    ],
    [
      ['pull', '--platform', 'linux/arm64', 'alpine'],
      /^Error response from daemon: platform linux\/arm64 cannot be run here: this engine has linux\/386 only\n$/,
    ],
    [
      ['pull', '--platform', 'foo', 'alpine'],
      /^Error response from daemon: "foo": unknown operating system or architecture: invalid argument\n$/,
    ],
  ] as const)('docker %j is refused', async (args, message) => {
    const { code, stderr } = await docker(...args.map((arg) => arg.replace('REGISTRY', registry)));
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  test('search lists what can be pulled', async () => {
    const found = await ok(docker('search', 'alpine'));
    expect(found).toMatch(/^NAME +DESCRIPTION +STARS +OFFICIAL\nalpine +\S.* 0 *\n/);
    expect(found).toBe(await ok(real('search', 'alpine')));
    expect(await ok(docker('search', '--no-trunc', '--format', '{{json .}}', 'alpine'))).toBe(
      await ok(real('search', '--no-trunc', '--format', '{{json .}}', 'alpine')),
    );
  });
});

/** Of the manifest that a registry has under a name. */
async function manifestSize(name: string): Promise<number> {
  const response = await fetch(`http://${name.replace('/', '/v2/')}/manifests/latest`);
  return (await response.arrayBuffer()).byteLength;
}

test('events tell of both', async () => {
  const events = await ok(
    real('events', '--since', '1h', '--until', '0s', '--filter', 'event=push', '--filter', 'event=pull'),
  );
  const told = events.split('\n').map((line) => /image (\S+ \S+) .*\bname=([^,)]+)/.exec(line)?.slice(1).join(' of '));
  for (const what of [
    'push NAME/app:latest of NAME/app',
    'pull NAME/app:latest of NAME/app',
    'push NAME/copy of NAME/copy',
  ]) {
    expect(told).toContain(what.replaceAll('NAME', `${registry}/one`));
  }
});

test('on a terminal, lines are drawn again', async () => {
  const tags = ['app:latest', 'copy:v1', 'copy:v2'].map((name) => `${registry}/two/${name}`);
  await ok(own('rmi', '-f', ...tags, `${registry}/two/moved`, 'two-from'));
  await ok(real('builder', 'prune', '-af'));
  const { stdout } = await runCli(engine.transport, ['pull', `${registry}/two/app`], { tty: true });
  const shown = stdout.replaceAll('\x1b', 'ESC');
  expect(shown).toMatch(/ESC\[1AESC\[2K\r[0-9a-f]{12}: Downloading \[=+> *\] +[\d.]+[kM]B\/2/);
  expect(shown).toMatch(/ESC\[1AESC\[2K\r[0-9a-f]{12}: Pull complete /);
});

describe('where serve’s registry listens', () => {
  test('is said, or why it cannot', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      await expect(listenForRegistry(`127.0.0.1:${port}`)).rejects.toThrow(
        `cannot listen on tcp://127.0.0.1:${port}: something else is listening there`,
      );
      // At the default address somebody else's registry is left alone, and keeps its name.
      expect(await listenForRegistry(undefined, `127.0.0.1:${port}`)).toMatchObject({
        hosts: [],
        line: expect.stringMatching(
          new RegExp(`^Another program listens on 127\\.0\\.0\\.1:${port}, so localhost:${port} `),
        ),
      });
      await expect(listenForRegistry('0.0.0.0:0')).rejects.toThrow(/only loopback is served/);
      await expect(listenForRegistry('5000')).rejects.toThrow(ListenError);
      expect(await listenForRegistry('none')).toMatchObject({ hosts: [], server: undefined });
    } finally {
      taken.close();
    }
  });
});
