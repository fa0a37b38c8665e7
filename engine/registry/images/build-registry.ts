import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventLog } from '../../events/event-log.ts';
import { readTree } from '../../hosts/node/read-tree.ts';
import { ImageStore, imageSize, parseReference } from '../../image/index.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import { buildImage } from './build-image.ts';
import { type DebianPackage, packageTree } from './debian.ts';
import { RECIPES } from './recipes.ts';
import { newestMtime, type UnpackedPackage } from './rootfs.ts';
import { type PublishedImage, staticRegistry } from './static-registry.ts';

const HERE = dirname(fileURLToPath(import.meta.url));

/** All recipes built, as the files of a static registry. The same packages give the same files. */
export async function buildRegistry(
  packages: readonly DebianPackage[],
  report: (line: string) => void,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const unpack = async (name: string): Promise<UnpackedPackage> => {
    const deb = packages.find((each) => each.name === name);
    if (!deb) throw new Error(`package ${name} is missing`);
    return { tree: await packageTree(deb), version: upstreamVersion(deb.version) };
  };
  const busybox = await unpack('busybox-static');
  const musl = await unpack('musl');
  const store = await ImageStore.open({
    blobs: new MemoryBlobStore(),
    state: new MemoryStateStore(),
    events: new EventLog(),
  });
  const published: PublishedImage[] = [];
  for (const recipe of RECIPES) {
    report(`building ${recipe.reference}`);
    const files = await readTree(join(HERE, recipe.folder, 'rootfs'));
    if (files.kind !== 'directory') throw new Error(`${recipe.folder}/rootfs is no folder`);
    const dockerfile = await readFile(join(HERE, recipe.folder, 'Dockerfile'), 'utf8');
    const rootfs = recipe.rootfs({ busybox, musl, files });
    const image = await buildImage(store, dockerfile, rootfs, newestMtime(rootfs));
    report(`${recipe.reference} is ${(imageSize(image) / 1e6).toFixed(1)} MB, ${image.id}`);
    published.push({ reference: parseReference(recipe.reference), image, description: recipe.description });
  }
  return staticRegistry(store, published);
}

/** `1:1.35.0-4+deb12u1` is upstream's 1.35.0. */
function upstreamVersion(version: string): string {
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}
