import { type Digest, isDigest } from '../../image/digest.ts';
import { DistributionError } from './errors.ts';

const MAX_NAME = 255;
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** A repository's name (distribution-spec 1.1, "Pulling manifests"). @throws DistributionError NAME_INVALID */
export function toName(text: string): string {
  if (text.length <= MAX_NAME && NAME.test(text)) return text;
  throw new DistributionError('NAME_INVALID', 'invalid repository name', { detail: { name: text.slice(0, MAX_NAME) } });
}

/** @throws DistributionError DIGEST_INVALID for anything but sha256 */
export function toDigest(text: string | null): Digest {
  if (isDigest(text)) return text;
  throw new DistributionError('DIGEST_INVALID', 'invalid digest: sha256: and 64 lower-case hex digits are understood', {
    detail: { digest: text?.slice(0, MAX_NAME) ?? '' },
  });
}

/** What a manifest is asked for by. @throws DistributionError MANIFEST_INVALID, DIGEST_INVALID */
export function toTagOrDigest(text: string): { readonly tag: string } | { readonly digest: Digest } {
  if (text.includes(':')) return { digest: toDigest(text) };
  if (TAG.test(text)) return { tag: text };
  throw new DistributionError('MANIFEST_INVALID', 'invalid tag', { detail: { tag: text.slice(0, MAX_NAME) } });
}
