import type { Digest } from '../../image/digest.ts';

/** A manifest that a repository has; its bytes are a blob. */
export interface ManifestRecord {
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** What it refers to, whether or not that is here ("Pushing Manifests with Subject"). */
  readonly subject?: Digest;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What one repository has. A value: changes give a new one. */
export interface Repository {
  readonly blobs: ReadonlySet<Digest>;
  readonly manifests: ReadonlyMap<Digest, ManifestRecord>;
  readonly tags: ReadonlyMap<string, Digest>;
}

export const EMPTY_REPOSITORY: Repository = { blobs: new Set(), manifests: new Map(), tags: new Map() };

export function isEmpty({ blobs, manifests }: Repository): boolean {
  return blobs.size + manifests.size === 0;
}

/** Everything it keeps bytes of. */
export function digestsOf({ blobs, manifests }: Repository): readonly Digest[] {
  return [...blobs, ...manifests.keys()];
}

export function withBlob(repository: Repository, digest: Digest): Repository {
  return { ...repository, blobs: new Set([...repository.blobs, digest]) };
}

export function withoutBlob(repository: Repository, digest: Digest): Repository {
  return { ...repository, blobs: new Set([...repository.blobs].filter((other) => other !== digest)) };
}

export function withManifest(repository: Repository, digest: Digest, record: ManifestRecord, tag?: string): Repository {
  return {
    ...repository,
    manifests: new Map([...repository.manifests, [digest, record]]),
    tags: tag === undefined ? repository.tags : new Map([...repository.tags, [tag, digest]]),
  };
}

/** Its tags go with it. */
export function withoutManifest(repository: Repository, digest: Digest): Repository {
  return {
    ...repository,
    manifests: new Map([...repository.manifests].filter(([other]) => other !== digest)),
    tags: new Map([...repository.tags].filter(([, other]) => other !== digest)),
  };
}

export function withoutTag(repository: Repository, tag: string): Repository {
  return { ...repository, tags: new Map([...repository.tags].filter(([other]) => other !== tag)) };
}
