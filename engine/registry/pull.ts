import { type Digest, shortId } from '../image/digest.ts';
import { type Descriptor, parseImageConfig } from '../image/documents.ts';
import { ImageError } from '../image/errors.ts';
import type { Image } from '../image/image.ts';
import type { LayerBlob } from '../image/image-store.ts';
import { canonicalName, familiarName, type Reference } from '../image/reference.ts';
import type { Repository } from './client/registry-client.ts';
import { RegistryError } from './errors.ts';
import { inTurns } from './in-turns.ts';
import { type PullProgress, retryingIn } from './progress.ts';
import type { TransferRun } from './transfer.ts';

export type PullOptions = TransferRun<PullProgress>;

/** Says in its own words that an image built under another project's name is not that project's. */
export const STAND_IN_LABEL = 'dev.drydock.stand-in';

/** As many blobs at once as dockerd fetches (`max-concurrent-downloads`). */
const CONCURRENT = 3;
/** Bytes of a config: more is no config. */
const MAX_CONFIG = 8 << 20;

/**
 * `docker pull` of one reference: every blob is fetched and checked before anything is stored.
 * @throws RegistryError; ImageError `invalid` or `corrupt`; the signal's reason. Then nothing has been stored.
 */
export async function pull(reference: Reference, options: PullOptions): Promise<Image> {
  const { image, isNew } = await pullOne(reference, options);
  finish(familiarName(reference), isNew, image, options);
  return image;
}

/**
 * `docker pull --all-tags`. Of a repository without tags it gives none.
 * @throws as {@link pull}; tags before the one that failed stay
 */
export async function pullAll(repository: Repository, options: PullOptions): Promise<readonly Image[]> {
  const { domain, path } = repository;
  const images: Image[] = [];
  let isNew = false;
  for (const tag of await options.client.tags(repository, options)) {
    const pulled = await pullOne({ domain, path, tag }, options);
    images.push(pulled.image);
    isNew ||= pulled.isNew;
  }
  finish(familiarName({ domain, path }), isNew, images[0], options);
  return images;
}

function finish(name: string, isNew: boolean, image: Image | undefined, { images, onProgress }: PullOptions): void {
  if (image) images.announce('pull', image, name);
  onProgress?.({ status: `Status: ${isNew ? 'Downloaded newer image for' : 'Image is up to date for'} ${name}` });
}

async function pullOne(
  reference: Reference,
  options: PullOptions,
): Promise<{ readonly image: Image; readonly isNew: boolean }> {
  const { client, images, signal } = options;
  const report = options.onProgress ?? (() => undefined);
  const { manifest, bytes: manifestBytes, digest } = await client.manifest(reference, { signal });
  const byDigest = { domain: reference.domain, path: reference.path, digest };
  report({
    id: reference.digest === undefined ? (reference.tag ?? 'latest') : canonicalName(byDigest),
    status: `Pulling from ${reference.path}`,
  });

  const before = images.resolve(reference);
  let image = images.get(manifest.config.digest);
  if (!image) {
    const configBytes = await fetchConfig(reference, manifest.config, options);
    const diffIds = parseImageConfig(configBytes).rootfs.diff_ids;
    options.onLayers?.(
      manifest.layers.map(({ digest, size }, index) => ({ id: shortId(digest), diffId: diffIds[index] ?? '', size })),
    );
    const layers = await fetchLayers(manifest.layers, diffIds, reference, options);
    signal?.throwIfAborted();
    image = await images.install({ configBytes, manifestBytes, layers });
  }
  if (reference.digest === undefined) await images.tag(reference, image.id, { quiet: true });
  await images.tag(byDigest, image.id, { quiet: true });

  // What people build from a stand-in inherits its labels, but is under nobody else's name.
  const isMirrored = client.endpoint(reference.domain)?.kind === 'mirror';
  const standIn = image.config.config?.Labels?.[STAND_IN_LABEL];
  if (isMirrored && standIn) report({ status: `Note: ${standIn}` });
  report({ status: `Digest: ${digest}` });
  return { image, isNew: before?.id !== image.id };
}

/** @throws RegistryError `platform` for an image that cannot run here, `corrupt` for one that is huge */
async function fetchConfig(
  reference: Reference,
  descriptor: Descriptor,
  { client, signal }: PullOptions,
): Promise<Uint8Array> {
  if (descriptor.size > MAX_CONFIG) {
    throw new RegistryError(
      'corrupt',
      `image config ${descriptor.digest} is to have ${descriptor.size} bytes: too many`,
    );
  }
  const bytes = await client.blob(reference, descriptor, { signal });
  const { os, architecture } = parseImageConfig(bytes);
  const { platform } = client;
  if (os === platform.os && architecture === platform.architecture) return bytes;
  throw new RegistryError(
    'platform',
    `image with reference ${familiarName(reference)} was found but does not provide the specified platform (${platform.os}/${platform.architecture}): it is for ${os}/${architecture}`,
  );
}

/**
 * Fetches several layers at once, and unpacks each as soon as it and those below it are here.
 * @returns bottom first; undefined for one that is in the store
 * @throws ImageError `invalid` for a config of another number of layers; what fetching and unpacking throw
 */
async function fetchLayers(
  descriptors: readonly Descriptor[],
  diffIds: readonly Digest[],
  reference: Reference,
  options: PullOptions,
): Promise<readonly (LayerBlob | undefined)[]> {
  const { images, signal } = options;
  const report = options.onProgress ?? (() => undefined);
  const layers: (LayerBlob | undefined)[] = descriptors.map(() => undefined);
  const wanted: { readonly descriptor: Descriptor; readonly diffId: Digest; readonly index: number }[] = [];
  for (const [index, descriptor] of descriptors.entries()) {
    const diffId = diffIds[index];
    if (diffId === undefined || diffIds.length !== descriptors.length) {
      throw new ImageError(
        'invalid',
        `invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${descriptors.length}`,
      );
    }
    const isHere = images.layerOfBlob(descriptor.digest) !== undefined;
    const status = isHere ? 'Already exists' : 'Pulling fs layer';
    report({ id: shortId(descriptor.digest), status, progressDetail: {} });
    if (!isHere) wanted.push({ descriptor, diffId, index });
  }
  for (const { descriptor } of wanted.slice(CONCURRENT)) {
    report({ id: shortId(descriptor.digest), status: 'Waiting', progressDetail: {} });
  }
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const downloads = inTurns(CONCURRENT, wanted, either, (job, mine) =>
    fetchLayer(job.descriptor, reference, { ...options, signal: mine }),
  );
  try {
    const unpack = images.unpacker();
    for (const [turn, { descriptor, diffId, index }] of wanted.entries()) {
      const bytes = await downloads[turn];
      if (!bytes) continue;
      const id = shortId(descriptor.digest);
      const { size } = descriptor;
      report({ id, status: 'Extracting', progressDetail: { current: 0, total: size } });
      layers[index] = await unpack({ descriptor, bytes }, diffId);
      report({ id, status: 'Extracting', progressDetail: { current: size, total: size } });
      report({ id, status: 'Pull complete', progressDetail: {} });
    }
    return layers;
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    await Promise.allSettled(downloads);
  }
}

async function fetchLayer(
  descriptor: Descriptor,
  reference: Reference,
  { client, signal, onProgress }: PullOptions,
): Promise<Uint8Array> {
  const report = onProgress ?? (() => undefined);
  const id = shortId(descriptor.digest);
  const total = descriptor.size;
  let shown = 0;
  const bytes = await client.blob(reference, descriptor, {
    signal,
    onProgress: (current) => {
      // About a hundred lines a layer are enough for a bar.
      if (current < total && Math.abs(current - shown) < total / 100) return;
      shown = current;
      report({ id, status: 'Downloading', progressDetail: { current, total } });
    },
    onRetry: (seconds) => report({ id, status: retryingIn(seconds), progressDetail: {} }),
  });
  report({ id, status: 'Verifying Checksum', progressDetail: {} });
  report({ id, status: 'Download complete', progressDetail: {} });
  return bytes;
}
