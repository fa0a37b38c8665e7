import { shortId } from '../image/digest.ts';
import type { Descriptor } from '../image/documents.ts';
import { ImageError } from '../image/errors.ts';
import type { Image, Layer } from '../image/image.ts';
import {
  familiarName,
  familiarRepository,
  parseReference,
  type Reference,
  repositoryName,
} from '../image/reference.ts';
import type { Repository } from './client/registry-client.ts';
import { type BlobOutcome, Uploader } from './client/upload.ts';
import { inTurns } from './in-turns.ts';
import { mountCandidates } from './mount-candidates.ts';
import { type PushProgress, retryingIn } from './progress.ts';
import { pushTarget } from './push-target.ts';
import type { TransferRun } from './transfer.ts';

export type PushOptions = TransferRun<PushProgress>;

/** As many layers at once as dockerd sends (`max-concurrent-uploads`). */
const CONCURRENT = 5;

/**
 * `docker push` of one tag. Afterwards the image has the repository's digest among its names.
 * @throws ImageError `not-found` for a name that no image has; RegistryError; the signal's reason
 */
export function push(reference: Reference, options: PushOptions): Promise<void> {
  const { domain, path, tag = 'latest' } = reference;
  return pushTags(reference, [tag], familiarName({ domain, path, tag }), options);
}

/** `docker push --all-tags`: every tag that this repository has here. @throws as {@link push} */
export function pushAll(repository: Repository, options: PushOptions): Promise<void> {
  const tags = options.images
    .list({ all: true })
    .flatMap(({ id }) => options.images.names(id).tags.map((name) => parseReference(name)))
    .filter((name) => repositoryName(name) === repositoryName(repository))
    .map(({ tag = 'latest' }) => tag);
  return pushTags(repository, tags.sort(), familiarRepository(repository), options);
}

/** @param name what the event says that was pushed */
async function pushTags(
  repository: Repository,
  tags: readonly string[],
  name: string,
  options: PushOptions,
): Promise<void> {
  const { client, images, signal } = options;
  const { domain, path } = repository;
  options.onProgress?.({ status: `The push refers to repository [${repositoryName(repository)}]` });
  const found = tags.flatMap((tag) => {
    const image = images.resolve({ domain, path, tag });
    return image ? [{ tag, image }] : [];
  });
  const [first] = found;
  if (!first) {
    throw new ImageError(
      'not-found',
      `An image does not exist locally with the tag: ${familiarRepository(repository)}`,
    );
  }
  const uploader = new Uploader(client, pushTarget(client, { domain, path, tag: first.tag }), repository);
  await uploader.ping(signal);
  for (const { tag, image } of found) await pushTag({ domain, path, tag }, image, uploader, options);
  images.announce('push', first.image, name);
}

async function pushTag(
  reference: Repository & { readonly tag: string },
  image: Image,
  uploader: Uploader,
  options: PushOptions,
): Promise<void> {
  const { images, signal } = options;
  const { domain, path, tag } = reference;
  const report = options.onProgress ?? (() => undefined);
  for (const { diffId } of image.layers.toReversed()) {
    report({ id: shortId(diffId), status: 'Preparing', progressDetail: {} });
  }
  const { descriptor, manifest, bytes } = await images.manifest(image.id);
  options.onLayers?.(
    image.layers.map(({ diffId }, index) => ({ id: shortId(diffId), diffId, size: manifest.layers[index]?.size ?? 0 })),
  );
  await pushLayers(reference, image.layers, manifest.layers, uploader, options);
  await uploader.blob(manifest.config, { signal, content: async () => image.configBytes });
  await uploader.manifest(tag, descriptor, bytes, signal);
  const { digest, size } = descriptor;
  await images.tag({ domain, path, digest }, image.id, { quiet: true });
  report({ status: `${tag}: digest: ${digest} size: ${size}` });
  report({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } });
}

/** Topmost first, as dockerd does. A layer that is there twice is sent once. */
async function pushLayers(
  repository: Repository,
  layers: readonly Layer[],
  descriptors: readonly Descriptor[],
  uploader: Uploader,
  { images, onProgress, signal }: PushOptions,
): Promise<void> {
  const report = onProgress ?? (() => undefined);
  const pairs = new Map(layers.map(({ diffId }, i) => [diffId, descriptors[i]] as const));
  const jobs = [...pairs].toReversed().flatMap(([diffId, descriptor]) => (descriptor ? [{ diffId, descriptor }] : []));
  for (const { diffId } of jobs.slice(CONCURRENT)) {
    report({ id: shortId(diffId), status: 'Waiting', progressDetail: {} });
  }
  const sent = inTurns(CONCURRENT, jobs, signal, async ({ diffId, descriptor }, either) => {
    const id = shortId(diffId);
    const total = descriptor.size;
    const outcome = await uploader.blob(descriptor, {
      signal: either,
      candidates: mountCandidates(images, repository, diffId),
      content: async () => {
        const bytes = await images.blob(descriptor.digest);
        if (!bytes) throw new ImageError('corrupt', `blob ${descriptor.digest} is missing`);
        return bytes;
      },
      onProgress: (current) => report({ id, status: 'Pushing', progressDetail: { current, total } }),
      onRetry: (seconds) => report({ id, status: retryingIn(seconds), progressDetail: {} }),
    });
    report({ id, status: outcomeText(outcome), progressDetail: {} });
  });
  // Nobody is at work any more when this is over, whichever way it ends.
  await Promise.allSettled(sent);
  await Promise.all(sent);
}

function outcomeText(outcome: BlobOutcome): string {
  if (outcome.kind === 'mounted') return `Mounted from ${outcome.from}`;
  return outcome.kind === 'exists' ? 'Layer already exists' : 'Pushed';
}
