import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EventLog } from '../../../engine/events/event-log.ts';
import { writeTar } from '../../../engine/files/tar/index.ts';
import { readTree } from '../../../engine/hosts/node/read-tree.ts';
import {
  type Digest,
  type Image,
  ImageStore,
  parseReference,
  saveImages,
  treeToLayerTar,
} from '../../../engine/image/index.ts';
import { staticRegistry } from '../../../engine/registry/images/static-registry.ts';
import { pull, RegistryClient } from '../../../engine/registry/index.ts';
import { MemoryBlobStore } from '../../../engine/stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../../engine/stores/memory-state-store.ts';
import { startDockerd } from '../../peers/dockerd.ts';
import { end, startGroup, timed, until } from '../../peers/process.ts';
import { siteServer } from '../../site-server.ts';
import { docker } from '../both-engines.ts';
import { type Row, timesRow } from '../figures.ts';
import { elapsed, inTurns } from '../turns.ts';
import { DEBIAN_FOLDERS, mixedFiles, sampleFolder } from './sample.ts';

const ROUNDS = { runs: 5, warmUp: 2 };
/** Bytes of files in each layer: compressed, all three make about 30 MB. */
const LAYER = 28e6;
const NAME = 'sample';

/** An image pulled over HTTP on loopback: by us from static files, by dockerd from Debian's registry. */
export async function benchPull(): Promise<readonly Row[]> {
  const folder = sampleFolder();
  try {
    const { blobs, compressed } = await makeImage(folder);
    const server = siteServer(join(folder, 'site'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      return await withPeer(folder, async (peerPull) => {
        const { ours, bound, peer } = await inTurns(
          { ours: () => elapsed(() => ownPull(origin)), bound: () => elapsed(() => bounds(blobs)), peer: peerPull },
          ROUNDS,
        );
        const what = `pull of an image of ${(compressed / 1e6).toFixed(0)} MB in ${blobs.length} layers`;
        return [
          timesRow(`${what} (peer: zlib's inflate and SHA-256 of the same bytes), ms`, ours, bound, 1.5),
          timesRow("the same (peer: dockerd, from Debian's registry), ms", ours, peer, 1),
        ];
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function emptyStore(): Promise<ImageStore> {
  return ImageStore.open({ blobs: new MemoryBlobStore(), state: new MemoryStateStore(), events: new EventLog() });
}

async function ownPull(origin: string): Promise<Image> {
  const client = new RegistryClient({ fetch, mirrors: { 'docker.io': origin } });
  return pull(parseReference(NAME), { client, images: await emptyStore() });
}

/** What nobody can do without: each layer's digest, its contents, and their digest. */
function bounds(blobs: readonly Uint8Array[]): void {
  for (const blob of blobs) {
    createHash('sha256').update(blob).digest();
    createHash('sha256').update(gunzipSync(blob)).digest();
  }
}

/** Leaves `image.tar` for others to load, and `site/v2`, a static registry. */
async function makeImage(folder: string): Promise<{ blobs: readonly Uint8Array[]; compressed: number }> {
  const files = join(folder, 'files');
  mixedFiles(files, LAYER);
  const store = await emptyStore();
  const layers: Digest[] = [];
  for (const path of DEBIAN_FOLDERS) {
    const tree = await readTree(join(files, path));
    if (tree.kind !== 'directory') throw new Error('unreachable: the folder was made above');
    layers.push((await store.addLayer(treeToLayerTar(tree))).diffId);
  }
  const image = await store.create({ config: { os: 'linux', architecture: '386' }, layers });
  await store.tag(NAME, image.id);
  writeFileSync(join(folder, 'image.tar'), writeTar(await saveImages(store, [NAME])));

  const published = [{ references: [parseReference(NAME)], image, about: { description: 'files of this Debian' } }];
  for (const [path, bytes] of await staticRegistry(store, published)) {
    const file = join(folder, 'site/v2', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  const blobs: Uint8Array[] = [];
  for (const { digest } of (await store.manifest(image.id)).manifest.layers) {
    const blob = await store.blob(digest);
    if (!blob) throw new Error(`unreachable: ${digest} was stored above`);
    blobs.push(blob);
  }
  return { blobs, compressed: blobs.reduce((sum, blob) => sum + blob.length, 0) };
}

/** dockerd, and beside it on its own loopback Debian's registry with the same blobs. */
async function withPeer<T>(folder: string, work: (peerPull: () => Promise<number>) => Promise<T>): Promise<T> {
  const dockerd = await startDockerd();
  let registry: ChildProcess | undefined;
  try {
    const address = '127.0.0.1:5000';
    const inside = ['-t', String(dockerd.pid), '-n'];
    const configuration = join(folder, 'registry.yml');
    writeFileSync(
      configuration,
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${folder}/registry } }\nhttp: { addr: "${address}" }\n`,
    );
    registry = startGroup('nsenter', [...inside, 'docker-registry', 'serve', configuration]);
    const copy = ['--dest-tls-verify=false', `docker-archive:${folder}/image.tar`, `docker://${address}/${NAME}`];
    const filled = async () => Boolean(await timed('nsenter', [...inside, 'skopeo', 'copy', '-q', ...copy]));
    await until(filled, 'the registry (needs: apt-get install docker-registry skopeo)', 30, registry);
    return await work(async () => {
      const { ms } = await docker(dockerd.host, ['pull', `${address}/${NAME}`]);
      await docker(dockerd.host, ['rmi', `${address}/${NAME}`]);
      return ms;
    });
  } finally {
    if (registry) await end(registry);
    await dockerd.stop();
  }
}
