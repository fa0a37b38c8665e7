import type { Digest } from './digest.ts';
import type { ImageNames } from './image.ts';
import { canonicalName, familiarName, parseReference, type Reference } from './reference.ts';

/** Which image each name means. A value: changes give a new one. Keys are canonical names. */
export type NameIndex = ReadonlyMap<string, Digest>;

/** The name as the index has it: with a digest, the tag beside it means nothing (as in Docker). */
export function indexKey(reference: Reference): string {
  if (reference.digest === undefined) return canonicalName(reference);
  return canonicalName({ domain: reference.domain, path: reference.path, digest: reference.digest });
}

/** References to an image, sorted by canonical name. */
export function referencesTo(index: NameIndex, id: Digest): Reference[] {
  return [...index]
    .filter(([, target]) => target === id)
    .map(([name]) => name)
    .sort()
    .map((name) => parseReference(name));
}

export function namesOf(index: NameIndex, id: Digest): ImageNames {
  const references = referencesTo(index, id);
  return {
    tags: references.filter((reference) => reference.digest === undefined).map(familiarName),
    digests: references.filter((reference) => reference.digest !== undefined).map(familiarName),
  };
}

/**
 * Whether removing the image by ID may take its references along: at most one tag, and digests of that repository only
 * (dockerd, `isSingleReference`).
 */
export function isSingleReference(references: readonly Reference[]): boolean {
  if (references.length <= 1) return true;
  const tags = references.filter((reference) => reference.digest === undefined);
  if (tags.length > 1) return false;
  return new Set(references.map(({ domain, path }) => `${domain}/${path}`)).size === 1;
}
