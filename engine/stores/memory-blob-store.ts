import type { BlobStore, Digest } from './blob-store.ts';

/** Blobs that last as long as the object. Bytes are kept, not copied. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<Digest, Uint8Array>();

  async has(digest: Digest): Promise<boolean> {
    return this.#blobs.has(digest);
  }

  async get(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#blobs.get(digest);
  }

  async put(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (!this.#blobs.has(digest)) this.#blobs.set(digest, bytes);
  }

  async delete(digest: Digest): Promise<void> {
    this.#blobs.delete(digest);
  }

  async list(): Promise<readonly Digest[]> {
    return [...this.#blobs.keys()];
  }
}
