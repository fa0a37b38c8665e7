import { type Digest, sha256 } from '../image/digest.ts';
import type { StateStore } from '../stores/state-store.ts';

/** What is known of a file that ADD has downloaded: enough to ask its server whether it has changed. */
export interface DownloadRecord {
  readonly url: string;
  readonly digest: Digest;
  readonly name: string;
  /** Seconds since the epoch; 0 if the server did not say. */
  readonly mtime: number;
  /** As the server gave them. */
  readonly etag?: string;
  readonly lastModified?: string;
}

const PREFIX = 'build-downloads/';
/** Files that are known; the others are downloaded again. */
const KEPT = 256;
const encoder = new TextEncoder();

/** Files that builds have downloaded, by URL. Their bytes are in the layers that were made of them. */
export class DownloadRecords {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  async find(url: string): Promise<DownloadRecord | undefined> {
    return (await this.#state.get(await keyOf(url))) as DownloadRecord | undefined;
  }

  async keep(record: DownloadRecord): Promise<void> {
    const keys = await this.#state.list(PREFIX);
    for (const key of keys.slice(0, Math.max(0, keys.length - KEPT + 1))) await this.#state.delete(key);
    await this.#state.set(await keyOf(record.url), record);
  }
}

async function keyOf(url: string): Promise<string> {
  return PREFIX + (await sha256(encoder.encode(url))).slice('sha256:'.length);
}
