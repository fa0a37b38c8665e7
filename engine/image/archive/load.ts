import { ByteReader } from '../../files/byte-reader.ts';
import type { Directory } from '../../files/node.ts';
import { tarStream } from '../../files/tar/stream.ts';
import { tarToTree } from '../../files/tar/tree.ts';
import { finished, TreeBuilder } from '../../files/tar/tree-builder.ts';
import { DEFAULT_UNPACK_LIMIT, decompress, detectCompression, MAGIC_LENGTH } from '../compression.ts';
import { type Digest, sha256 } from '../digest.ts';
import { decodeJson, type Platform, parseImageConfig } from '../documents.ts';
import { ImageError } from '../errors.ts';
import type { Image } from '../image.ts';
import type { ImageStore, InstallImage, LayerBlob } from '../image-store.ts';
import { isPlatform, platformName } from '../platform.ts';
import { familiarName, parseReference, type Reference } from '../reference.ts';
import { archiveManifestSchema, check } from '../schemas.ts';
import { type LayoutManifest, layoutManifests } from './layout.ts';
import {
  fileAt,
  INDEX_FILE,
  MANIFEST_FILE,
  NAME_ANNOTATION,
  REF_ANNOTATION,
  requireBlob,
  requireFile,
} from './paths.ts';

/** One image of an archive, now in the store. */
export interface LoadedImage {
  readonly image: Image;
  /** The names it was given, as Docker shows them; none for `Loaded image ID:`. */
  readonly names: readonly string[];
  /** Names of these that another image had until now. */
  readonly taken: readonly { readonly name: string; readonly from: Digest }[];
}

export interface LoadOptions {
  /** Bytes that the archive itself may unpack to, if it is compressed. Its layers have the store's limit. */
  readonly unpackLimit?: number | undefined;
  /** Only images for this platform are taken. Default: any, and of an image for several the one for linux/386. */
  readonly platform?: Platform | undefined;
  /** Told before (`stored` false) and after each layer is unpacked. */
  readonly onLayer?: (diffIdOrDigest: Digest, bytes: number, stored: boolean) => void;
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
 * both in one; in any compression, as its layers may be. All images are stored, or nothing at all.
 */
export async function loadImages(
  store: ImageStore,
  archive: ReadableStream<Uint8Array> | Uint8Array,
  options: LoadOptions = {},
): Promise<readonly LoadedImage[]> {
  const root = await readArchive(archive, options.unpackLimit ?? DEFAULT_UNPACK_LIMIT);
  // Docker's list wins where both are, but the layout beside it has the manifests that digests are known by.
  const found = fileAt(root, MANIFEST_FILE) ? await fromDockerArchive(root, options) : await fromLayout(root, options);
  if (found.length === 0) throw new ImageError('invalid', 'the archive has no images');
  const images = await store.installAll(found.map((each) => toRequest(each, options)));
  const loaded: LoadedImage[] = [];
  for (const [i, image] of images.entries()) {
    const references = found[i]?.references ?? [];
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

/**
 * An archive that comes as a stream and plain is never in memory as a whole, beside the blobs that are taken from it.
 */
async function readArchive(archive: ReadableStream<Uint8Array> | Uint8Array, limit: number): Promise<Directory> {
  const what = 'the archive';
  if (archive instanceof Uint8Array) {
    return tarToTree(await decompress(archive, { limit, what }), { limit, unique: true });
  }
  const reader = new ByteReader(archive);
  try {
    if (detectCompression(await reader.peek(MAGIC_LENGTH)) !== 'none') {
      return tarToTree(await decompress(await reader.rest(), { limit, what }), { limit, unique: true });
    }
    const builder = new TreeBuilder({ unique: true });
    for await (const entry of tarStream(reader, { limit })) builder.add(entry);
    return finished(builder.root);
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

function toRequest({ references: _, ...request }: Found, { onLayer }: LoadOptions): InstallImage {
  return {
    ...request,
    onLayer: (index, stored) => {
      const descriptor = request.layers[index]?.descriptor;
      if (descriptor) onLayer?.(descriptor.digest, descriptor.size, stored);
    },
  };
}

async function fromDockerArchive(root: Directory, options: LoadOptions): Promise<Found[]> {
  const list = check(archiveManifestSchema, decodeJson(requireFile(root, MANIFEST_FILE), MANIFEST_FILE), MANIFEST_FILE);
  const manifests = fileAt(root, INDEX_FILE) ? await layoutManifests(root, options.platform) : [];
  /** Layers that several images have are hashed once. */
  const digests = new Map<Uint8Array, Digest>();
  const found: Found[] = [];
  for (const { Config: config, RepoTags: tags, Layers: paths } of list) {
    const configBytes = requireFile(root, config);
    const { os, architecture, variant } = parseImageConfig(configBytes);
    const own: Platform = { os, architecture, ...(variant && { variant }) };
    if (options.platform && !isPlatform(own, options.platform)) {
      throw new ImageError(
        'not-found',
        `${config}: its platform (${platformName(own)}) does not match the specified platform (${platformName(options.platform)})`,
      );
    }
    const references = (tags ?? []).map((tag) => archiveReference(tag));
    const id = await sha256(configBytes);
    const beside = manifests.find(({ manifest }) => manifest.config.digest === id);
    if (beside) {
      found.push({ ...(await fromManifest(root, beside)), references });
      continue;
    }
    const layers: LayerBlob[] = [];
    for (const path of paths) {
      const bytes = requireFile(root, path);
      const digest = digests.get(bytes) ?? (await sha256(bytes));
      digests.set(bytes, digest);
      layers.push({ bytes, descriptor: { mediaType: '', digest, size: bytes.length } });
    }
    found.push({ configBytes, layers, references });
  }
  return found;
}

async function fromLayout(root: Directory, options: LoadOptions): Promise<Found[]> {
  if (!fileAt(root, INDEX_FILE)) {
    throw new ImageError(
      'invalid',
      `unrecognized image format: the archive has no ${MANIFEST_FILE} and no ${INDEX_FILE}`,
    );
  }
  const found = new Map<Digest, Found>();
  for (const each of await layoutManifests(root, options.platform)) {
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

async function fromManifest(root: Directory, { manifest, bytes }: LayoutManifest): Promise<Omit<Found, 'references'>> {
  const layers: LayerBlob[] = [];
  for (const descriptor of manifest.layers) layers.push({ descriptor, bytes: await requireBlob(root, descriptor) });
  return { configBytes: await requireBlob(root, manifest.config), layers, manifestBytes: bytes };
}

/** Docker takes only names with a tag here. */
function archiveReference(name: string): Reference {
  try {
    return parseReference(name);
  } catch (cause) {
    throw new ImageError('invalid', `${MANIFEST_FILE}: ${JSON.stringify(name)}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** skopeo writes a full name into the annotation that is meant for the tag; a bare tag says too little for a name. */
function referenceOf(annotations: Readonly<Record<string, string>>): Reference | undefined {
  const name = annotations[NAME_ANNOTATION] ?? annotations[REF_ANNOTATION];
  if (!name || (annotations[NAME_ANNOTATION] === undefined && !/[:/]/.test(name))) return undefined;
  try {
    return parseReference(name);
  } catch (cause) {
    throw new ImageError('invalid', `${INDEX_FILE}: ${JSON.stringify(name)}: ${(cause as Error).message}`, { cause });
  }
}
