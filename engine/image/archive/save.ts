import { NO_DATA, type TarEntry } from '../../files/tar/entry.ts';
import { type Digest, hexOf } from '../digest.ts';
import { type Descriptor, encodeJson, type Index, MEDIA_TYPES, type Platform } from '../documents.ts';
import { ImageError } from '../errors.ts';
import type { Image } from '../image.ts';
import type { ImageStore } from '../image-store.ts';
import { isPlatform, platformName } from '../platform.ts';
import {
  canonicalName,
  familiarName,
  familiarRepository,
  parseReference,
  type Reference,
  repositoryName,
} from '../reference.ts';
import {
  blobPath,
  INDEX_FILE,
  LAYOUT_FILE,
  MANIFEST_FILE,
  NAME_ANNOTATION,
  REF_ANNOTATION,
  REPOSITORIES_FILE,
} from './paths.ts';

/** An image to be saved, and by which references. */
export interface Chosen {
  readonly image: Image;
  readonly references: readonly Reference[];
}

/**
 * `docker save`: one tar that is both an OCI image layout and a docker-archive. Names as in Docker: a repository without
 * a tag means all its tags, an ID saves the image without a name.
 * @param platform refuses images for others
 * @returns the members of the tar, contents not copied; the same images give the same members
 * @throws ImageError `not-found`, `invalid`, `corrupt`
 */
export async function saveImages(
  store: ImageStore,
  names: readonly string[],
  platform?: Platform,
): Promise<readonly TarEntry[]> {
  const chosen = chooseImages(store, names);
  if (platform) for (const each of chosen) requirePlatform(each, platform);
  return archiveImages(store, chosen);
}

/**
 * The same of images that are chosen already, with the names that they shall have in the archive.
 * @throws ImageError `corrupt`
 */
export async function archiveImages(store: ImageStore, chosen: readonly Chosen[]): Promise<readonly TarEntry[]> {
  const blobs = new Map<Digest, Uint8Array>();
  const index: Descriptor[] = [];
  const archive: unknown[] = [];
  const repositories: Record<string, Record<string, string>> = {};
  for (const { image, references } of chosen) {
    const own = platformOf(image);
    const { descriptor, manifest, bytes } = await store.manifest(image.id, manifestOf(image, references));
    blobs.set(descriptor.digest, bytes);
    blobs.set(image.id, image.configBytes);
    for (const layer of manifest.layers) blobs.set(layer.digest, await requireBlob(store, layer.digest));
    if (references.length === 0) index.push({ ...descriptor, platform: own });
    for (const reference of references)
      index.push({ ...descriptor, platform: own, annotations: annotationsOf(reference) });
    const tagged = references.filter(({ tag }) => tag !== undefined);
    archive.push({
      Config: blobPath(image.id),
      RepoTags: tagged.length > 0 ? tagged.map(familiarName) : null,
      Layers: manifest.layers.map((layer) => blobPath(layer.digest)),
    });
    const top = manifest.layers.at(-1)?.digest;
    for (const reference of top ? tagged : []) {
      repositories[familiarRepository(reference)] ??= {};
      Object.assign(repositories[familiarRepository(reference)] ?? {}, {
        [reference.tag ?? '']: hexOf(top ?? image.id),
      });
    }
  }
  const ociIndex: Index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: index };
  return [
    directory('blobs/'),
    directory('blobs/sha256/'),
    ...[...blobs].map(([digest, data]) => file(blobPath(digest), data)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    file(INDEX_FILE, encodeJson(ociIndex)),
    file(MANIFEST_FILE, encodeJson(archive)),
    file(LAYOUT_FILE, encodeJson({ imageLayoutVersion: '1.0.0' })),
    ...(Object.keys(repositories).length > 0 ? [file(REPOSITORIES_FILE, encodeJson(repositories))] : []),
  ];
}

function platformOf({ config: { architecture, os, variant } }: Image): Platform {
  return { architecture, os, ...(variant && { variant }) };
}

/** @throws ImageError `not-found` */
function requirePlatform({ image, references }: Chosen, platform: Platform): void {
  const own = platformOf(image);
  if (isPlatform(own, platform)) return;
  const name = references[0] ? familiarName(references[0]) : image.id;
  throw new ImageError(
    'not-found',
    `image with reference ${name} was found but its platform (${platformName(own)}) does not match the specified platform (${platformName(platform)})`,
  );
}

/** The manifest that a digest asks for, where the image has come with several. */
function manifestOf(image: Image, references: readonly Reference[]): Digest | undefined {
  const digest = references.find((reference) => reference.tag === undefined)?.digest;
  return digest && image.manifests.includes(digest) ? digest : undefined;
}

function annotationsOf(reference: Reference): Readonly<Record<string, string>> {
  return {
    [NAME_ANNOTATION]: canonicalName(reference),
    ...(reference.tag === undefined ? {} : { [REF_ANNOTATION]: reference.tag }),
  };
}

/** Each image once, with the references it is asked for by. */
function chooseImages(store: ImageStore, names: readonly string[]): readonly Chosen[] {
  const chosen = new Map<Image, readonly Reference[]>();
  const choose = (image: Image, reference?: Reference): void => {
    const before = chosen.get(image) ?? [];
    const isNew = reference && !before.some((other) => canonicalName(other) === canonicalName(reference));
    chosen.set(image, isNew ? [...before, reference] : before);
  };
  for (const name of names) {
    const bare = isBareId(name) ? undefined : parseReference(name, { bare: true });
    const tags = bare && bare.tag === undefined && bare.digest === undefined ? tagsOf(store, bare) : [];
    if (tags.length > 0) {
      for (const { image, reference } of tags) choose(image, reference);
      continue;
    }
    if (bare && (bare.tag !== undefined || bare.digest !== undefined)) {
      const image = store.resolve(bare);
      if (!image) throw new ImageError('not-found', 'reference does not exist');
      choose(image, bare);
    } else {
      choose(findById(store, name));
    }
  }
  return [...chosen].map(([image, references]) => ({ image, references }));
}

/** Docker names the image here as it was asked for, without the tag that it adds elsewhere. */
function findById(store: ImageStore, name: string): Image {
  try {
    return store.find(name);
  } catch (error) {
    if (!(error instanceof ImageError) || error.code !== 'not-found') throw error;
    throw new ImageError('not-found', `No such image: ${name}`, { cause: error });
  }
}

function isBareId(name: string): boolean {
  return /^sha256:|^[0-9a-f]{64}$/.test(name);
}

function tagsOf(store: ImageStore, repository: Reference): { readonly image: Image; readonly reference: Reference }[] {
  return store.list({ all: true }).flatMap((image) =>
    store
      .names(image.id)
      .tags.map((tag) => parseReference(tag))
      .filter((reference) => repositoryName(reference) === repositoryName(repository))
      .map((reference) => ({ image, reference })),
  );
}

async function requireBlob(store: ImageStore, digest: Digest): Promise<Uint8Array> {
  const bytes = await store.blob(digest);
  if (!bytes) throw new ImageError('corrupt', `blob ${digest} is missing`);
  return bytes;
}

function directory(name: string): TarEntry {
  return { name, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, data: NO_DATA };
}

function file(name: string, data: Uint8Array): TarEntry {
  return { name, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, data };
}
