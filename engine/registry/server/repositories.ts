import type { Digest } from '../../image/digest.ts';
import type { SharedBlobStore } from '../../stores/shared-blobs.ts';
import type { StateStore } from '../../stores/state-store.ts';
import {
  digestsOf,
  EMPTY_REPOSITORY,
  isEmpty,
  type ManifestRecord,
  type Repository,
  withBlob,
  withManifest,
} from './repository.ts';

/** `registry/NAME` in the state store, the name percent-encoded since it may hold slashes. */
interface RepositoryDocument {
  readonly blobs: readonly Digest[];
  readonly manifests: Readonly<Record<Digest, ManifestRecord>>;
  readonly tags: Readonly<Record<string, Digest>>;
}

const PREFIX = 'registry/';

/** All repositories with their blobs. Reads are answered from memory; writes are in the stores before they resolve. */
export class Repositories {
  readonly #blobs: SharedBlobStore;
  readonly #state: StateStore;
  readonly #all = new Map<string, Repository>();
  /** Writers wait for each other: a blob is linked before anybody can find it unused. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(blobs: SharedBlobStore, state: StateStore) {
    this.#blobs = blobs;
    this.#state = state;
  }

  static async open(blobs: SharedBlobStore, state: StateStore): Promise<Repositories> {
    const repositories = new Repositories(blobs, state);
    for (const key of await state.list(PREFIX)) {
      const name = decodeURIComponent(key.slice(PREFIX.length));
      repositories.#all.set(name, fromDocument((await state.get(key)) as RepositoryDocument));
    }
    return repositories;
  }

  /** Sorted as Go's `sort.Strings` does. */
  names(): readonly string[] {
    return [...this.#all.keys()].sort();
  }

  get(name: string): Repository | undefined {
    return this.#all.get(name);
  }

  /** A blob or manifest; undefined if no repository has it. */
  content(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#blobs.get(digest);
  }

  /** Bytes that somebody else keeps under this digest: handed to {@link putBlob} they are not kept twice. */
  peek(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#blobs.peek(digest);
  }

  /** @param bytes checked to have the digest */
  putBlob(name: string, digest: Digest, bytes: Uint8Array): Promise<void> {
    return this.#write(async () => {
      await this.#blobs.put(digest, bytes);
      await this.#set(name, withBlob(this.get(name) ?? EMPTY_REPOSITORY, digest));
    });
  }

  /** Links a blob that another repository has. False if none has it (any more). */
  mountBlob(name: string, digest: Digest, from: string | undefined): Promise<boolean> {
    return this.#write(async () => {
      const sources = from === undefined ? [...this.#all.values()] : [this.get(from)];
      if (!sources.some((source) => source?.blobs.has(digest))) return false;
      await this.#set(name, withBlob(this.get(name) ?? EMPTY_REPOSITORY, digest));
      return true;
    });
  }

  /**
   * @param check runs when nobody else can change the repository any more; what it throws is thrown, and nothing stored
   */
  putManifest(
    name: string,
    manifest: {
      readonly digest: Digest;
      readonly bytes: Uint8Array;
      readonly record: ManifestRecord;
      readonly tag?: string | undefined;
    },
    check: (repository: Repository) => void,
  ): Promise<void> {
    return this.#write(async () => {
      const repository = this.get(name) ?? EMPTY_REPOSITORY;
      check(repository);
      await this.#blobs.put(manifest.digest, manifest.bytes);
      await this.#set(name, withManifest(repository, manifest.digest, manifest.record, manifest.tag));
    });
  }

  /** Puts `change(repository)` in its place, and deletes what no repository has any more. What it throws is thrown. */
  change(name: string, change: (repository: Repository) => Repository): Promise<void> {
    return this.#write(async () => {
      const before = this.get(name) ?? EMPTY_REPOSITORY;
      await this.#set(name, change(before));
      for (const digest of digestsOf(before)) if (!this.#isUsed(digest)) await this.#blobs.delete(digest);
    });
  }

  #isUsed(digest: Digest): boolean {
    return [...this.#all.values()].some(({ blobs, manifests }) => blobs.has(digest) || manifests.has(digest));
  }

  async #set(name: string, repository: Repository): Promise<void> {
    const key = PREFIX + encodeURIComponent(name);
    if (isEmpty(repository)) {
      await this.#state.delete(key);
      this.#all.delete(name);
    } else {
      await this.#state.set(key, toDocument(repository));
      this.#all.set(name, repository);
    }
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

function toDocument({ blobs, manifests, tags }: Repository): RepositoryDocument {
  return { blobs: [...blobs], manifests: Object.fromEntries(manifests), tags: Object.fromEntries(tags) };
}

function fromDocument({ blobs, manifests, tags }: RepositoryDocument): Repository {
  return {
    blobs: new Set(blobs),
    manifests: new Map(Object.entries(manifests) as [Digest, ManifestRecord][]),
    tags: new Map(Object.entries(tags)),
  };
}
