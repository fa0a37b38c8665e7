import type { Digest } from '../image/digest.ts';
import type { ImageStore } from '../image/image-store.ts';
import { parseReference, type Reference } from '../image/reference.ts';

/**
 * Repositories of the same registry that must have a layer: an image with it was pulled from there or pushed to it, or
 * it would not have a digest there. Those that share more of the path go first, as in dockerd.
 */
export function mountCandidates(
  images: ImageStore,
  { domain, path }: Pick<Reference, 'domain' | 'path'>,
  diffId: Digest,
): readonly string[] {
  const paths = images
    .list({ all: true })
    .filter((image) => image.layers.some((layer) => layer.diffId === diffId))
    .flatMap((image) => images.names(image.id).digests.map((name) => parseReference(name)))
    .filter((reference) => reference.domain === domain && reference.path !== path)
    .map((reference) => reference.path);
  const mine = path.split('/');
  const shared = (other: string): number => {
    const differs = other.split('/').findIndex((part, i) => part !== mine[i]);
    return differs < 0 ? mine.length : differs;
  };
  return [...new Set(paths)].sort((a, b) => shared(b) - shared(a) || (a < b ? -1 : 1));
}
