import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Directory, FileNode } from '../../files/node.ts';
import { parseManifest, parseReference } from '../../image/index.ts';
import { memoryImageStore } from '../../image/testing/stores.ts';
import { pull, RegistryClient } from '../index.ts';
import { buildRegistry } from './build-registry.ts';
import { type DebianPackage, debianPackages } from './packages/fetch.ts';
import { fileIn, unpackPackage } from './packages/unpack.ts';
import { appletNames } from './recipes/applets.ts';
import { PACKAGES, RECIPES } from './recipes/index.ts';
import { neededLibraries } from './testing/elf.ts';

const execute = promisify(execFile);

// Building all of them takes ten seconds, and many where two cores do everything at once.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let packages: ReadonlyMap<string, DebianPackage>;
let files: ReadonlyMap<string, Uint8Array>;
let server: Server;
let origin: string;
let folder: string;

/** The registry's files over real HTTP. The media type is for skopeo, which, unlike our client, relies on it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-images-'));
  packages = await debianPackages(PACKAGES);
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

async function pulled(name: string) {
  const { store: images } = await memoryImageStore();
  const client = new RegistryClient({ fetch, mirrors: { 'docker.io': `http://${origin}` } });
  const image = await pull(parseReference(name), { client, images });
  return { image, root: await images.rootfs(image.layers) };
}

describe.each(RECIPES)('$name', (recipe) => {
  const { name, tags } = recipe;

  it('is served to skopeo and to our own client alike', async () => {
    const reference = `docker://${origin}/library/${name}:${tags[0]}`;
    const inspected = JSON.parse(await skopeo('inspect', '--tls-verify=false', reference));
    const { image } = await pulled(`${name}:${tags[0]}`);
    expect(inspected).toMatchObject({ Digest: image.manifest, Architecture: '386', Os: 'linux', RepoTags: tags });
    const layout = join(folder, name);
    await skopeo('copy', '-q', '--src-tls-verify=false', reference, `oci:${layout}:it`);
    const { stdout } = await execute('umoci', ['stat', '--json', '--image', `${layout}:it`]);
    const steps = JSON.parse(stdout).history.filter((step: { layer: unknown }) => step.layer);
    expect(steps).toHaveLength(image.layers.length);
    await execute('oci-image-tool', ['validate', '--type', 'image', '--ref', 'name=it', layout]);
  });

  it('states its origin in its labels', async () => {
    const { image } = await pulled(`${name}:${tags.at(-1)}`);
    const labels = image.config.config?.Labels ?? {};
    expect(labels).toMatchObject({
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.description': recipe.description,
      'org.opencontainers.image.vendor': 'Drydock',
      'dev.drydock.licences': expect.stringMatching(/^\/usr\/share\//),
      'dev.drydock.stand-in': expect.stringContaining(`this ${name} is the lab's`),
    });
    const sources = labels['dev.drydock.sources']?.split(', ') ?? [];
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) expect(source).toMatch(/^[a-z0-9][a-z0-9+.-]+ (?:\d+:)?\d[\w.+~-]*$/);
    const below = RECIPES.find((each) => each.name === recipe.base);
    if (!below) return expect(labels['org.opencontainers.image.base.name']).toBeUndefined();
    const base = await pulled(below.name);
    expect(labels['org.opencontainers.image.base.name']).toBe(`docker.io/library/${below.name}:${below.tags[0]}`);
    expect(labels['org.opencontainers.image.base.digest']).toBe(base.image.manifest);
    // So whoever has one of them has the others' first layer already.
    expect(image.layers.slice(0, base.image.layers.length)).toEqual(base.image.layers);
    expect(image.layers.length).toBeGreaterThan(base.image.layers.length);
  });

  it('has all libraries that its programs need', async () => {
    const { root } = await pulled(name);
    const unmet: string[] = [];
    const libraries = new Set([...filesBelow(root)].map(([path]) => path.replace(/.*\//, '')));
    for (const [path, node] of filesBelow(root)) {
      if (node.kind !== 'file') continue;
      for (const library of neededLibraries(node.data)) {
        if (!libraries.has(library)) unmet.push(`${path} needs ${library}`);
      }
    }
    expect(unmet).toEqual([]);
  });

  it('has all packages that its packages depend on, but for those left out on purpose', async () => {
    const base = RECIPES.find((each) => each.name === recipe.base);
    if (!(base ?? recipe).packages.includes('dpkg')) return;
    const unpack = (names: readonly string[]) => Promise.all(names.map((each) => unpackPackage(packageOf(each))));
    const own = await unpack(recipe.packages);
    const all = [...own, ...(await unpack(base?.packages ?? []))];
    const provided = new Set(all.flatMap((each) => [each.name, ...relations(each.fields.get('Provides')).flat()]));
    const unmet = own.flatMap(({ fields }) =>
      ['Pre-Depends', 'Depends']
        .flatMap((field) => relations(fields.get(field)))
        .filter((alternatives) => !alternatives.some((each) => provided.has(each)))
        .map(([first = '']) => first),
    );
    expect([...new Set(unmet)].sort()).toEqual(LEFT_OUT[name]);
  });
});

/** Packages that others depend on and that are left out, with the few files that need them, if any do. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  debian: ['debconf', 'libdb5.3'],
  gcc: `libasan8 libatomic1 libgomp1 libgprofng0 libitm1 libnsl-dev libquadmath0 libstdc++6 libubsan1
    rpcsvc-proto`.split(/\s+/),
  nginx: ['debconf', 'iproute2'],
  python: ['libdb5.3', 'libncursesw6', 'libnsl2', 'libsqlite3-0', 'libssl3', 'libtirpc3', 'media-types'],
};

function* filesBelow(directory: Directory, prefix = ''): Generator<readonly [string, FileNode]> {
  for (const [name, node] of directory.children) {
    if (node.kind === 'directory') yield* filesBelow(node, `${prefix}/${name}`);
    else yield [`${prefix}/${name}`, node];
  }
}

/** `a (>= 1) | b, c:any` is a or b, and c. */
function relations(field = ''): string[][] {
  return field.split(',').flatMap((each) => {
    const names = each.split('|').map((name) => name.trim().replace(/[ (:].*/s, ''));
    return names[0] ? [names] : [];
  });
}

function packageOf(name: string): DebianPackage {
  const found = packages.get(name);
  if (!found) throw new Error(`${name} is missing`);
  return found;
}

it('lists all images with what they are', async () => {
  const client = new RegistryClient({ fetch, mirrors: { 'docker.io': `http://${origin}` } });
  const catalogue = await client.catalogue();
  expect(catalogue?.repositories.map(({ name }) => name)).toEqual(RECIPES.map(({ name }) => name).sort());
  for (const { name, tags, description, standIn, base } of RECIPES) {
    const entry = catalogue?.repositories.find((each) => each.name === name);
    expect(entry).toMatchObject({ tags, description, standIn, ...(base && { base }) });
    const { image } = await pulled(name);
    expect(entry?.sources).toEqual(image.config.config?.Labels?.['dev.drydock.sources']?.split(', '));
    expect(entry?.size).toBeGreaterThan(image.configBytes.length);
  }
});

it.each(['alpine', 'busybox'])('says in %s what it is, and has BusyBox in it', async (name) => {
  const { image, root } = await pulled(name);
  expect(at(root, 'bin/sh')).toMatchObject({ kind: 'symlink', target: 'busybox' });
  expect(at(root, 'bin/busybox')).toMatchObject({ kind: 'file', mode: 0o755, uid: 0 });
  expect(at(root, 'etc/shadow')).toMatchObject({ mode: 0o640, uid: 0 });
  expect(at(root, 'tmp')).toMatchObject({ mode: 0o1777 });
  const release = at(root, 'etc/os-release');
  expect(release?.kind === 'file' && new TextDecoder().decode(release.data)).toMatch(
    /stand-in for .*BusyBox 1\.35\.0/s,
  );
  expect(image.config.config).toMatchObject({
    Cmd: [name === 'alpine' ? '/bin/sh' : 'sh'],
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  });
});

it('has musl in alpine under its usual name', async () => {
  const { root } = await pulled('alpine');
  const musl = at(root, 'lib/ld-musl-i386.so.1');
  expect(musl?.kind === 'file' && [...musl.data.subarray(0, 5)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 1]);
  expect(at(root, 'sbin/apk')).toBeUndefined();
});

it('finds the applets that the program itself lists', async () => {
  const deb = packageOf('busybox-static');
  const names = appletNames(fileIn(await unpackPackage(deb), 'bin/busybox').data);
  await execute('dpkg-deb', ['-x', deb.path, join(folder, 'deb')]);
  expect(names.length).toBeGreaterThan(200);
  const listed = await execute(join(folder, 'deb/bin/busybox'), ['--list']).catch((error: { code?: unknown }) => {
    // A computer that cannot run i386 programs has nothing to compare with.
    if (typeof error.code === 'string') return undefined;
    throw error;
  });
  if (listed) expect(names).toEqual(listed.stdout.trim().split('\n'));
});
