import { shortId } from '../image/digest.ts';
import { type Descriptor, parseImageConfig } from '../image/documents.ts';
import type { Image } from '../image/image.ts';
import type { ImageStore, LayerBlob } from '../image/image-store.ts';
import { familiarName, type Reference } from '../image/reference.ts';
import { RegistryError } from './errors.ts';
import type { PullProgress } from './progress.ts';
import type { RegistryClient } from './registry-client.ts';

export interface PullOptions {
  readonly client: RegistryClient;
  readonly images: ImageStore;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Says in its own words that an image built under another project's name is not that project's. */
export const STAND_IN_LABEL = 'dev.drydock.stand-in';

/** As many blobs at once as dockerd fetches (`max-concurrent-downloads`). */
const CONCURRENT = 3;

/**
 * `docker pull` of one reference: every blob is fetched and checked before anything is stored.
 * @throws RegistryError; ImageError `invalid` or `corrupt`; the signal's reason. Then nothing has been stored.
 */
export async function pull(reference: Reference, options: PullOptions): Promise<Image> {
  const { client, images, signal } = options;
  const report = options.onProgress ?? (() => undefined);
  const { manifest, bytes: manifestBytes, digest } = await client.manifest(reference, { signal });
  report({ id: reference.tag ?? digest, status: `Pulling from ${reference.path}` });

  const before = images.resolve(reference);
  let image = images.get(manifest.config.digest);
  if (!image) {
    const configBytes = await client.blob(reference, manifest.config, { signal });
    const { os, architecture } = parseImageConfig(configBytes);
    const { platform } = client;
    if (os !== platform.os || architecture !== platform.architecture) {
      throw new RegistryError(
        'platform',
        `image with reference ${familiarName(reference)} was found but does not provide the specified platform (${platform.os}/${platform.architecture}): it is for ${os}/${architecture}`,
      );
    }
    const layers = await fetchLayers(manifest.layers, reference, options);
    signal?.throwIfAborted();
    image = await images.install({
      configBytes,
      manifestBytes,
      layers,
      onLayer: (index, stored) => {
        const descriptor = manifest.layers[index];
        if (!descriptor) return;
        const id = shortId(descriptor.digest);
        const { size } = descriptor;
        report({ id, status: 'Extracting', progressDetail: { current: stored ? size : 0, total: size } });
        if (stored) report({ id, status: 'Pull complete', progressDetail: {} });
      },
    });
  }
  if (reference.digest === undefined) await images.tag(reference, image.id, { quiet: true });
  await images.tag({ domain: reference.domain, path: reference.path, digest }, image.id, { quiet: true });
  images.announce('pull', image, familiarName(reference));

  const standIn = image.config.config?.Labels?.[STAND_IN_LABEL];
  if (standIn) report({ status: `Note: ${standIn}` });
  report({ status: `Digest: ${digest}` });
  const isSame = before?.id === image.id;
  const outcome = isSame ? 'Image is up to date for' : 'Downloaded newer image for';
  report({ status: `Status: ${outcome} ${familiarName(reference)}` });
  return image;
}

async function fetchLayers(
  descriptors: readonly Descriptor[],
  reference: Reference,
  { client, images, signal, onProgress }: PullOptions,
): Promise<readonly (LayerBlob | undefined)[]> {
  const report = onProgress ?? (() => undefined);
  const layers: (LayerBlob | undefined)[] = descriptors.map(() => undefined);
  const wanted: number[] = [];
  for (const [index, { digest }] of descriptors.entries()) {
    const isHere = images.layerOfBlob(digest) !== undefined;
    report({ id: shortId(digest), status: isHere ? 'Already exists' : 'Pulling fs layer', progressDetail: {} });
    if (!isHere) wanted.push(index);
  }
  // The first failure stops the others.
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const next = async (): Promise<void> => {
    for (let index = wanted.shift(); index !== undefined; index = wanted.shift()) {
      const descriptor = descriptors[index];
      if (!descriptor) continue;
      const id = shortId(descriptor.digest);
      const total = descriptor.size;
      let shown = 0;
      const bytes = await client.blob(reference, descriptor, {
        signal: either,
        onProgress: (current) => {
          // About a hundred lines a layer are enough for a bar.
          if (current < total && current - shown < total / 100) return;
          shown = current;
          report({ id, status: 'Downloading', progressDetail: { current, total } });
        },
      });
      report({ id, status: 'Verifying Checksum', progressDetail: {} });
      report({ id, status: 'Download complete', progressDetail: {} });
      layers[index] = { descriptor, bytes };
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENT }, next));
  } catch (error) {
    failed.abort();
    throw error;
  }
  return layers;
}
