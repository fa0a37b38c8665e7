import { access, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore, Digest } from '../../../stores/blob-store.ts';
import { ifThere, replaceFile } from './replace-file.ts';

const HEX = /^[0-9a-f]{64}$/;

/** Blobs as files `DIR/sha256/HEX`, the folder names of an OCI image layout. */
export class FileBlobStore implements BlobStore {
  readonly #folder: string;

  /** @param folder made when first written to */
  constructor(folder: string) {
    this.#folder = join(folder, 'sha256');
  }

  async has(digest: Digest): Promise<boolean> {
    return (await ifThere(access(this.#path(digest)).then(() => true))) ?? false;
  }

  async get(digest: Digest): Promise<Uint8Array | undefined> {
    const buffer = await ifThere(readFile(this.#path(digest)));
    // A plain view: Buffer's own slice() and friends differ from the standard's.
    return buffer && new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  }

  async put(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (!(await this.has(digest))) await replaceFile(this.#path(digest), bytes);
  }

  async delete(digest: Digest): Promise<void> {
    await rm(this.#path(digest), { force: true });
  }

  /** Leaves out what an interrupted write left. */
  async list(): Promise<readonly Digest[]> {
    const names = (await ifThere(readdir(this.#folder))) ?? [];
    return names.filter((name) => HEX.test(name)).map((name): Digest => `sha256:${name}`);
  }

  #path(digest: Digest): string {
    return join(this.#folder, digest.slice('sha256:'.length));
  }
}
