import { encodeJson, familiarRepository, type Image, type ImageStore, type Reference } from '../../image/index.ts';
import type { CatalogueEntry } from '../catalogue.ts';

export interface PublishedImage {
  readonly reference: Reference;
  readonly image: Image;
  /** For people: a line about it. */
  readonly description: string;
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
  const tags = new Map<string, string[]>();
  const entries: CatalogueEntry[] = [];
  for (const { reference, image, description } of published) {
    const tag = reference.tag ?? 'latest';
    const { descriptor, manifest, bytes } = await store.manifest(image.id);
    files.set(`${reference.path}/manifests/${tag}`, bytes);
    files.set(`${reference.path}/manifests/${descriptor.digest}`, bytes);
    files.set(`${reference.path}/blobs/${image.id}`, image.configBytes);
    for (const layer of manifest.layers) {
      const blob = await store.blob(layer.digest);
      if (!blob) throw new Error(`blob ${layer.digest} is missing`);
      files.set(`${reference.path}/blobs/${layer.digest}`, blob);
    }
    tags.set(reference.path, [...(tags.get(reference.path) ?? []), tag]);
    const size = manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size);
    entries.push({ name: familiarRepository(reference), tags: [tag], size, description });
  }
  for (const [name, list] of tags) files.set(`${name}/tags/list`, encodeJson({ name, tags: list }));
  files.set('_catalog', encodeJson({ repositories: [...tags.keys()].sort() }));
  files.set('catalog.json', encodeJson({ repositories: entries }));
  // Clients ask for /v2/ first, and take any 200 as "a registry is here".
  files.set('index.html', encodeJson({}));
  return files;
}
