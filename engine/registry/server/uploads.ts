import { tooLarge } from './body.ts';
import { DistributionError } from './errors.ts';
import type { RegistryLimits } from './limits.ts';

/** A blob on its way here. */
export interface Upload {
  /** Random: who knows it may write to it. */
  readonly id: string;
  /** The repository it is for. */
  readonly name: string;
  readonly chunks: readonly Uint8Array[];
  /** Bytes so far. */
  readonly size: number;
}

interface Session {
  upload: Upload;
  /** When something last happened to it. */
  touched: number;
  /** Requests that are at work on it, or wait to be. */
  requests: number;
  tail: Promise<unknown>;
}

/** Accounts for bytes before they are kept. @throws DistributionError SIZE_INVALID past a limit */
export type Take = (bytes: number) => void;

/** Uploads that are going on, in memory only: what was not completed is nothing. */
export class Uploads {
  readonly #limits: RegistryLimits;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();
  /** Bytes of all of them, and of chunks that are being read. */
  #held = 0;

  /** @param now milliseconds */
  constructor(limits: RegistryLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** @throws DistributionError TOOMANYREQUESTS */
  start(name: string): Upload {
    this.#dropIdle();
    const { uploads } = this.#limits;
    if (this.#sessions.size >= uploads) {
      throw new DistributionError('TOOMANYREQUESTS', `too many uploads at once: this registry takes ${uploads}`);
    }
    const upload: Upload = { id: crypto.randomUUID(), name, chunks: [], size: 0 };
    this.#sessions.set(upload.id, { upload, touched: this.#now(), requests: 0, tail: Promise.resolve() });
    return upload;
  }

  /** @throws DistributionError BLOB_UPLOAD_UNKNOWN */
  get(name: string, id: string): Upload {
    return this.#session(name, id).upload;
  }

  /**
   * Runs `work` when no other request is at the upload. The chunks it gives are added; undefined ends the upload,
   * complete or not.
   * @throws DistributionError BLOB_UPLOAD_UNKNOWN; what `work` throws, and then the upload is as it was
   */
  async update(
    name: string,
    id: string,
    work: (upload: Upload, take: Take) => Promise<readonly Uint8Array[] | undefined>,
  ): Promise<Upload> {
    const session = this.#session(name, id);
    session.requests += 1;
    const result = session.tail.then(() => this.#run(session, work));
    session.tail = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      session.requests -= 1;
      session.touched = this.#now();
    }
  }

  async #run(
    session: Session,
    work: (upload: Upload, take: Take) => Promise<readonly Uint8Array[] | undefined>,
  ): Promise<Upload> {
    const { upload } = session;
    // Ended while this request waited.
    this.#session(upload.name, upload.id);
    const { blobBytes, uploadBytes } = this.#limits;
    let taken = 0;
    const take: Take = (bytes) => {
      if (upload.size + taken + bytes > blobBytes) throw tooLarge(blobBytes);
      if (this.#held + bytes > uploadBytes) throw tooLarge(uploadBytes);
      taken += bytes;
      this.#held += bytes;
    };
    let chunks: readonly Uint8Array[] | undefined = [];
    try {
      chunks = await work(upload, take);
    } catch (error) {
      this.#held -= taken;
      throw error;
    }
    session.upload = { ...upload, chunks: [...upload.chunks, ...(chunks ?? [])], size: upload.size + taken };
    if (!chunks) this.#end(session.upload);
    return session.upload;
  }

  #end({ id, size }: Upload): void {
    this.#held -= size;
    this.#sessions.delete(id);
  }

  #session(name: string, id: string): Session {
    const session = this.#sessions.get(id);
    if (session?.upload.name === name) return session;
    throw new DistributionError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', {
      detail: { upload: id.slice(0, 100) },
    });
  }

  #dropIdle(): void {
    const before = this.#now() - this.#limits.uploadIdle;
    for (const { upload, touched, requests } of this.#sessions.values()) {
      if (requests === 0 && touched < before) this.#end(upload);
    }
  }
}
