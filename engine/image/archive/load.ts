import type { Directory } from '../../files/node.ts';
import { tarToTree } from '../../files/tar/tree.ts';
import { type Digest, sha256 } from '../digest.ts';
import {
  type Descriptor,
  decodeJson,
  isIndex,
  type Manifest,
  MEDIA_TYPES,
  parseIndex,
  parseManifestOrIndex,
} from '../documents.ts';
import { ImageError } from '../errors.ts';
import { gunzip, isGzip } from '../gzip.ts';
import type { Image } from '../image.ts';
import type { ImageStore, LayerBlob } from '../image-store.ts';
import { familiarName, parseReference, type Reference } from '../reference.ts';
import { blobPath, fileAt, INDEX_FILE, MANIFEST_FILE, NAME_ANNOTATION, REF_ANNOTATION } from './paths.ts';

/** One image of an archive, now in the store. */
export interface LoadedImage {
  readonly image: Image;
  /** The names it was given, as Docker shows them; none for `Loaded image ID:`. */
  readonly names: readonly string[];
  /** Names of these that another image had until now. */
  readonly taken: readonly { readonly name: string; readonly from: Digest }[];
}

/** An image as an archive describes it, before anything is stored. */
interface Found {
  readonly configBytes: Uint8Array;
  readonly manifestBytes?: Uint8Array;
  readonly layers: readonly LayerBlob[];
  readonly references: readonly Reference[];
}

/**
 * `docker load`: a docker-archive (`manifest.json`, of any age that has it), an OCI image layout (`index.json`), or
 * both in one; plain or gzip, as its layers may be. Images are stored in the archive's order, each whole or not at all.
 * @throws ImageError `invalid`, `corrupt`; TarError
 */
export async function loadImages(store: ImageStore, archive: Uint8Array): Promise<readonly LoadedImage[]> {
  const root = tarToTree(isGzip(archive) ? await gunzip(archive) : archive);
  // Docker's list wins where both are, but the layout beside it has the manifests that digests are known by.
  const found = fileAt(root, MANIFEST_FILE) ? await fromDockerArchive(root) : await fromLayout(root);
  const loaded: LoadedImage[] = [];
  for (const { references, ...request } of found) {
    const image = await store.install(request);
    const taken: { name: string; from: Digest }[] = [];
    for (const reference of references) {
      const before = store.resolve(reference);
      if (before && before.id !== image.id) taken.push({ name: familiarName(reference), from: before.id });
      await store.tag(reference, image.id, { quiet: true });
    }
    store.announce('load', image, image.id);
    loaded.push({ image, names: references.map(familiarName), taken });
  }
  return loaded;
}

async function fromDockerArchive(root: Directory): Promise<Found[]> {
  const list = decodeJson(requireFile(root, MANIFEST_FILE), MANIFEST_FILE);
  if (!Array.isArray(list)) throw new ImageError('invalid', `${MANIFEST_FILE} must be a list of images`);
  const manifests = fileAt(root, INDEX_FILE) ? await layoutManifests(root) : [];
  const found: Found[] = [];
  for (const item of list as readonly Record<string, unknown>[]) {
    const { Config: config, RepoTags: tags, Layers: layers } = item ?? {};
    if (typeof config !== 'string' || !isStrings(layers) || !(tags === null || tags === undefined || isStrings(tags))) {
      throw new ImageError('invalid', `${MANIFEST_FILE}: an image needs Config, RepoTags and Layers`);
    }
    const configBytes = requireFile(root, config);
    const references = (tags ?? []).map((tag) => parseReference(tag));
    const id = await sha256(configBytes);
    const beside = manifests.find(({ manifest }) => manifest.config.digest === id && isGzipManifest(manifest));
    if (beside) {
      found.push({ ...(await fromManifest(root, beside)), references });
      continue;
    }
    const blobs: LayerBlob[] = [];
    for (const path of layers) {
      const bytes = requireFile(root, path);
      blobs.push({ bytes, descriptor: { mediaType: '', digest: await sha256(bytes), size: bytes.length } });
    }
    found.push({ configBytes, layers: blobs, references });
  }
  return found;
}

async function fromLayout(root: Directory): Promise<Found[]> {
  if (!fileAt(root, INDEX_FILE)) {
    throw new ImageError(
      'invalid',
      `unrecognized image format: the archive has no ${MANIFEST_FILE} and no ${INDEX_FILE}`,
    );
  }
  const found = new Map<Digest, Found>();
  for (const each of await layoutManifests(root)) {
    const before = found.get(each.descriptor.digest);
    const image = before ?? { ...(await fromManifest(root, each)), references: [] };
    const reference = referenceOf(each.annotations);
    found.set(each.descriptor.digest, {
      ...image,
      references: [...image.references, ...(reference ? [reference] : [])],
    });
  }
  return [...found.values()];
}

interface LayoutManifest {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  /** Of the entry in index.json, which may have led here through another index. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** The manifests that index.json names; of one image for several platforms, the one for linux/386. */
async function layoutManifests(root: Directory): Promise<LayoutManifest[]> {
  const manifests: LayoutManifest[] = [];
  for (const top of parseIndex(requireFile(root, INDEX_FILE)).manifests) {
    let descriptor: Descriptor = top;
    let bytes = await requireBlob(root, descriptor);
    let document = parseManifestOrIndex(bytes);
    // Indexes may nest; three deep is more than any tool writes.
    for (let depth = 0; isIndex(document) && depth < 3; depth++) {
      const choices = document.manifests.filter((choice) => fileAt(root, blobPath(choice.digest)));
      const chosen =
        choices.find(({ platform }) => platform?.os === 'linux' && platform.architecture === '386') ??
        choices.find(({ platform }) => platform?.os !== 'unknown');
      if (!chosen)
        throw new ImageError('invalid', `index ${descriptor.digest} names no manifest that is in the archive`);
      descriptor = chosen;
      bytes = await requireBlob(root, descriptor);
      document = parseManifestOrIndex(bytes);
    }
    if (isIndex(document)) throw new ImageError('invalid', `index ${top.digest} is nested too deep`);
    manifests.push({ descriptor, manifest: document, bytes, annotations: top.annotations ?? {} });
  }
  return manifests;
}

async function fromManifest(root: Directory, { manifest, bytes }: LayoutManifest): Promise<Omit<Found, 'references'>> {
  const layers: LayerBlob[] = [];
  for (const descriptor of manifest.layers) layers.push({ descriptor, bytes: await requireBlob(root, descriptor) });
  const configBytes = await requireBlob(root, manifest.config);
  // With plain tar layers the manifest is of no use later: ours have gzip.
  return { configBytes, layers, ...(isGzipManifest(manifest) ? { manifestBytes: bytes } : {}) };
}

function isGzipManifest(manifest: Manifest): boolean {
  const gzips: readonly string[] = [MEDIA_TYPES.ociLayerGzip, MEDIA_TYPES.dockerLayerGzip];
  const zstd = manifest.layers.find((layer) => layer.mediaType === MEDIA_TYPES.ociLayerZstd);
  if (zstd) throw new ImageError('invalid', `layer ${zstd.digest} is compressed with zstd, which cannot be read here`);
  return manifest.layers.every((layer) => gzips.includes(layer.mediaType));
}

/** skopeo writes a full name into the annotation that is meant for the tag; a bare tag says too little for a name. */
function referenceOf(annotations: Readonly<Record<string, string>>): Reference | undefined {
  const name = annotations[NAME_ANNOTATION] ?? annotations[REF_ANNOTATION];
  if (!name || (annotations[NAME_ANNOTATION] === undefined && !/[:/]/.test(name))) return undefined;
  return parseReference(name);
}

function requireFile(root: Directory, path: string): Uint8Array {
  const file = fileAt(root, path);
  if (!file) throw new ImageError('invalid', `invalid archive: ${path} is missing`);
  return file.data;
}

async function requireBlob(root: Directory, descriptor: Descriptor): Promise<Uint8Array> {
  const bytes = requireFile(root, blobPath(descriptor.digest));
  const actual = await sha256(bytes);
  if (actual !== descriptor.digest) {
    throw new ImageError('corrupt', `blob ${descriptor.digest} is damaged: its bytes have the digest ${actual}`);
  }
  return bytes;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
