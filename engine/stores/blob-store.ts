/** `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md, "Digests"). */
export type Digest = `sha256:${string}`;

/** Content-addressed bytes. A blob, once stored, never changes. */
export interface BlobStore {
  has(digest: Digest): Promise<boolean>;
  /** The whole blob, or undefined if it is not here. The caller must not write into the bytes. */
  get(digest: Digest): Promise<Uint8Array | undefined>;
  /** Stores bytes whose digest the caller has computed. Storing a blob that is here does nothing. */
  put(digest: Digest, bytes: Uint8Array): Promise<void>;
  delete(digest: Digest): Promise<void>;
  list(): Promise<readonly Digest[]>;
}
