import { encodeJson, familiarRepository, type Image, type ImageStore, type Reference } from '../../image/index.ts';
import type { CatalogueEntry } from '../catalogue.ts';

export interface PublishedImage {
  /** All of one repository. */
  readonly references: readonly Reference[];
  readonly image: Image;
  readonly about: Omit<CatalogueEntry, 'name' | 'tags' | 'size'>;
}

/**
 * A read-only registry as files below `/v2`, for any static host: manifests by tag and by digest, blobs, tag lists, and
 * the two catalogues (the standard's bare one and ours with sizes).
 * @returns contents by path, `library/alpine/manifests/latest` and so on
 */
export async function staticRegistry(
  store: ImageStore,
  published: readonly PublishedImage[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = new Map<string, CatalogueEntry>();
  for (const { references, image, about } of published) {
    const { descriptor, manifest, bytes } = await store.manifest(image.id);
    const size = manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size);
    for (const reference of references) {
      const { path, tag = 'latest' } = reference;
      files.set(`${path}/manifests/${tag}`, bytes);
      files.set(`${path}/manifests/${descriptor.digest}`, bytes);
      files.set(`${path}/blobs/${image.id}`, image.configBytes);
      for (const layer of manifest.layers) {
        const blob = await store.blob(layer.digest);
        if (!blob) throw new Error(`blob ${layer.digest} is missing`);
        files.set(`${path}/blobs/${layer.digest}`, blob);
      }
      const entry = entries.get(path) ?? { name: familiarRepository(reference), tags: [], size, ...about };
      entries.set(path, { ...entry, tags: [...entry.tags, tag] });
    }
  }
  return new Map([...files, ...registryLists(entries)]);
}

/** The files of a registry that list what is in it. */
export function registryLists(repositories: ReadonlyMap<string, CatalogueEntry>): ReadonlyMap<string, Uint8Array> {
  const sorted = [...repositories].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map([
    ...sorted.map(([name, { tags }]) => [`${name}/tags/list`, encodeJson({ name, tags })] as const),
    ['_catalog', encodeJson({ repositories: sorted.map(([name]) => name) })],
    ['catalog.json', encodeJson({ repositories: sorted.map(([, entry]) => entry) })],
    // Clients ask for /v2/ first, and take any 200 as "a registry is here".
    ['index.html', encodeJson({})],
  ]);
}
