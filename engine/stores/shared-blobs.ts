import type { BlobStore, Digest } from './blob-store.ts';
import type { StateStore } from './state-store.ts';

/** What one user of shared blobs sees: its own, as if nobody else were there. */
export interface SharedBlobStore extends BlobStore {
  /** A blob that anybody holds. To `put` what it gave costs no second copy. */
  peek(digest: Digest): Promise<Uint8Array | undefined>;
}

/**
 * One blob store for several users (the images, the registry) that know nothing of each other: bytes are kept once, and
 * go when the last user has deleted them. A use is a document `blob-users/USER/HEX`.
 */
export class SharedBlobs {
  readonly #blobs: BlobStore;
  readonly #state: StateStore;
  readonly #uses = new Map<string, Set<Digest>>();
  /** Changes of one digest wait for each other: a delete on its way must not take what a put has just found there. */
  readonly #tails = new Map<Digest, Promise<unknown>>();

  private constructor(blobs: BlobStore, state: StateStore) {
    this.#blobs = blobs;
    this.#state = state;
  }

  static async open(blobs: BlobStore, state: StateStore): Promise<SharedBlobs> {
    const shared = new SharedBlobs(blobs, state);
    for (const key of await state.list('blob-users/')) {
      const [, user, hex] = key.split('/');
      if (user && hex) shared.#usesOf(user).add(`sha256:${hex}`);
    }
    return shared;
  }

  /** @param user a plain word; the same word is the same user, also after the stores have been opened anew */
  view(user: string): SharedBlobStore {
    const uses = this.#usesOf(user);
    return {
      has: async (digest) => uses.has(digest) && this.#blobs.has(digest),
      get: async (digest) => (uses.has(digest) ? this.#blobs.get(digest) : undefined),
      peek: (digest) => this.#blobs.get(digest),
      put: (digest, bytes) =>
        this.#change(digest, async () => {
          await this.#blobs.put(digest, bytes);
          await this.#state.set(key(user, digest), true);
          uses.add(digest);
        }),
      delete: (digest) =>
        this.#change(digest, async () => {
          // The document first: bytes that nobody claims are only garbage.
          await this.#state.delete(key(user, digest));
          uses.delete(digest);
          const isUsed = [...this.#uses.values()].some((others) => others.has(digest));
          if (!isUsed) await this.#blobs.delete(digest);
        }),
      list: async () => (await this.#blobs.list()).filter((digest) => uses.has(digest)),
    };
  }

  #usesOf(user: string): Set<Digest> {
    const known = this.#uses.get(user) ?? new Set();
    this.#uses.set(user, known);
    return known;
  }

  async #change(digest: Digest, work: () => Promise<void>): Promise<void> {
    const result = (this.#tails.get(digest) ?? Promise.resolve()).then(work);
    const tail = result.catch(() => undefined);
    this.#tails.set(digest, tail);
    await result.finally(() => {
      if (this.#tails.get(digest) === tail) this.#tails.delete(digest);
    });
  }
}

function key(user: string, digest: Digest): string {
  return `blob-users/${user}/${digest.slice('sha256:'.length)}`;
}
