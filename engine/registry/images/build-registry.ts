import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventLog } from '../../events/event-log.ts';
import { type Directory, directory } from '../../files/node.ts';
import { readTree } from '../../hosts/node/read-tree.ts';
import { ImageStore, imageSize, parseReference } from '../../image/index.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import { buildImage } from './build-image.ts';
import { imageLabels } from './labels.ts';
import { sourceOf } from './packages/control.ts';
import type { DebianPackage } from './packages/fetch.ts';
import { newestMtime, type UnpackedPackage, unpackPackage } from './packages/unpack.ts';
import { RECIPES } from './recipes/index.ts';
import type { Recipe } from './recipes/recipe.ts';
import { type PublishedImage, staticRegistry } from './static-registry.ts';

const FOLDERS = join(dirname(fileURLToPath(import.meta.url)), 'recipes');

/** What later recipes need of an image. */
interface Built {
  readonly packages: readonly UnpackedPackage[];
  readonly base: { readonly name: string; readonly digest: string };
  readonly created: number;
}

/** All recipes built, as the files of a static registry. The same packages give the same files. */
export async function buildRegistry(
  packages: ReadonlyMap<string, DebianPackage>,
  report: (line: string) => void,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const store = await ImageStore.open({
    blobs: new MemoryBlobStore(),
    state: new MemoryStateStore(),
    events: new EventLog(),
  });
  const built = new Map<string, Built>();
  const published: PublishedImage[] = [];
  for (const recipe of RECIPES) {
    const started = performance.now();
    const own = await Promise.all(recipe.packages.map((name) => unpackPackage(named(packages, name))));
    const below = recipe.base === undefined ? undefined : named(built, recipe.base);
    const created = Math.max(newestMtime(own), below?.created ?? 0);
    const files = await ownFiles(recipe);
    const rootfs = await recipe.rootfs({ packages: own, below: below?.packages ?? [], files, created });
    const all = [...(below?.packages ?? []), ...own];
    const sources = [...new Set(all.map(({ fields }) => sourceOf(fields)))].sort();
    const references = recipe.tags.map((tag) => `${recipe.name}:${tag}`);
    const image = await buildImage(store, {
      dockerfile: await readFile(join(FOLDERS, recipe.name, 'Dockerfile'), 'utf8'),
      rootfs,
      labels: imageLabels(recipe, sources, below?.base),
      tags: references,
      created,
    });
    const { digest } = (await store.manifest(image.id)).descriptor;
    const name = references[0] ?? recipe.name;
    built.set(recipe.name, { packages: all, base: { name: `docker.io/library/${name}`, digest }, created });
    const { description, standIn } = recipe;
    const about = { description, standIn, sources, ...(recipe.base && { base: recipe.base }) };
    published.push({ references: references.map((reference) => parseReference(reference)), image, about });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    report(`${name}: ${(imageSize(image) / 1e6).toFixed(1)} MB, ${digest} (${seconds} s)`);
  }
  return staticRegistry(store, published);
}

async function ownFiles({ name }: Recipe): Promise<Directory> {
  const files = await readTree(join(FOLDERS, name, 'rootfs')).catch(() => directory());
  if (files.kind !== 'directory') throw new Error(`recipes/${name}/rootfs is no folder`);
  return files;
}

function named<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new Error(`${name} is missing`);
  return found;
}
