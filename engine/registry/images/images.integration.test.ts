import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Directory, FileNode } from '../../files/node.ts';
import { parseManifest, parseReference } from '../../image/index.ts';
import { memoryImageStore } from '../../image/testing/stores.ts';
import { pull, RegistryClient } from '../index.ts';
import { appletNames } from './applets.ts';
import { buildRegistry } from './build-registry.ts';
import { type DebianPackage, debianPackages, packageCache, packageTree } from './debian.ts';
import { PACKAGES } from './recipes.ts';

const execute = promisify(execFile);

let packages: readonly DebianPackage[];
let files: ReadonlyMap<string, Uint8Array>;
let server: Server;
let origin: string;
let folder: string;

/** The registry's files over real HTTP. The media type is for skopeo, which, unlike our client, relies on it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-images-'));
  packages = await debianPackages(PACKAGES, packageCache(), () => {});
  files = await buildRegistry(packages, () => {});
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').replace(/^\/v2\//, '');
    const bytes = files.get(path === '' ? 'index.html' : path);
    const mediaType = path.includes('/manifests/') && bytes ? parseManifest(bytes).mediaType : undefined;
    response.writeHead(bytes ? 200 : 404, {
      'content-length': bytes?.length ?? 0,
      ...(mediaType ? { 'content-type': mediaType } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function skopeo(...args: string[]): Promise<string> {
  try {
    return (await execute('skopeo', args)).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new Error(
      code === 'ENOENT' ? 'skopeo is missing: apt-get install -y skopeo' : `skopeo ${args.join(' ')}:\n${stderr}`,
    );
  }
}

function at(tree: Directory, path: string): FileNode | undefined {
  let node: FileNode | undefined = tree;
  for (const name of path.split('/')) node = node?.kind === 'directory' ? node.children.get(name) : undefined;
  return node;
}

it('gives the same files again', async () => {
  const again = await buildRegistry(packages, () => {});
  const digests = (registry: ReadonlyMap<string, Uint8Array>) =>
    [...registry].map(([path, bytes]) => `${path} ${createHash('sha256').update(bytes).digest('hex')}`);
  expect(digests(again)).toEqual(digests(files));
});

it.each(['alpine', 'busybox'])('serves %s to skopeo and to our own client alike', async (name) => {
  const inspected = JSON.parse(
    await skopeo('inspect', '--tls-verify=false', `docker://${origin}/library/${name}:latest`),
  );
  const { store: images } = await memoryImageStore();
  const client = new RegistryClient({ fetch, mirrors: { 'docker.io': `http://${origin}` } });
  const image = await pull(parseReference(name), { client, images });
  expect(inspected).toMatchObject({ Digest: image.manifest, Architecture: '386', Os: 'linux', RepoTags: ['latest'] });

  const layout = join(folder, name);
  await skopeo('copy', '-q', '--src-tls-verify=false', `docker://${origin}/library/${name}`, `oci:${layout}:latest`);
  const { stdout } = await execute('umoci', ['stat', '--json', '--image', `${layout}:latest`]);
  expect(JSON.parse(stdout).history.filter((step: { layer: unknown }) => step.layer)).toHaveLength(1);

  const root = await images.rootfs(image.layers);
  expect(at(root, 'bin/sh')).toMatchObject({ kind: 'symlink', target: 'busybox' });
  expect(at(root, 'bin/busybox')).toMatchObject({ kind: 'file', mode: 0o755, uid: 0 });
  const { Labels, Cmd, Env } = image.config.config ?? {};
  expect(Labels?.['dev.drydock.stand-in']).toMatch(/^this \w+ is the lab's stand-in: BusyBox/);
  expect(Cmd).toEqual([name === 'alpine' ? '/bin/sh' : 'sh']);
  expect(Env).toEqual(['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']);
});

it('says in alpine what it is, and has musl under its usual name', async () => {
  const { store: images } = await memoryImageStore();
  const client = new RegistryClient({ fetch, mirrors: { 'docker.io': `http://${origin}` } });
  const root = await images.rootfs((await pull(parseReference('alpine'), { client, images })).layers);
  const release = at(root, 'etc/os-release');
  expect(release?.kind === 'file' && new TextDecoder().decode(release.data)).toMatch(/stand-in for Alpine Linux/);
  const musl = at(root, 'lib/ld-musl-i386.so.1');
  expect(musl?.kind === 'file' && [...musl.data.subarray(0, 5)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 1]);
  expect(at(root, 'sbin/apk')).toBeUndefined();
});

it('finds the applets that the program itself lists', async () => {
  const deb = packages.find(({ name }) => name === 'busybox-static');
  if (!deb) throw new Error('busybox-static is missing');
  const binary = at(await packageTree(deb), 'bin/busybox');
  if (binary?.kind !== 'file') throw new Error('no bin/busybox');
  await execute('dpkg-deb', ['-x', deb.path, join(folder, 'deb')]);
  const names = appletNames(binary.data);
  expect(names.length).toBeGreaterThan(200);
  const listed = await execute(join(folder, 'deb/bin/busybox'), ['--list']).catch((error: { code?: unknown }) => {
    // A computer that cannot run i386 programs has nothing to compare with.
    if (typeof error.code === 'string') return undefined;
    throw error;
  });
  if (listed) expect(names).toEqual(listed.stdout.trim().split('\n'));
});
