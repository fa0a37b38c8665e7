import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateStore } from '../../../stores/state-store.ts';
import { ifThere, replaceFile } from './replace-file.ts';

const SUFFIX = '.json';

/** Documents as files: key `images/HEX` is `DIR/images/HEX.json`. */
export class FileStateStore implements StateStore {
  readonly #folder: string;

  /** @param folder made when first written to */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(key: string): Promise<unknown> {
    const json = await ifThere(readFile(this.#path(key), 'utf8'));
    return json === undefined ? undefined : JSON.parse(json);
  }

  async set(key: string, value: unknown): Promise<void> {
    await replaceFile(this.#path(key), JSON.stringify(value));
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async list(prefix: string): Promise<readonly string[]> {
    const keys: string[] = [];
    await this.#collect('', keys);
    return keys.filter((key) => key.startsWith(prefix)).sort();
  }

  async #collect(folder: string, into: string[]): Promise<void> {
    const entries = (await ifThere(readdir(join(this.#folder, folder), { withFileTypes: true }))) ?? [];
    for (const entry of entries) {
      const path = folder + entry.name;
      if (entry.isDirectory()) await this.#collect(`${path}/`, into);
      else if (path.endsWith(SUFFIX)) into.push(path.slice(0, -SUFFIX.length));
    }
  }

  /** @throws RangeError for a key that would leave the folder */
  #path(key: string): string {
    const isPlain = key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
    if (!isPlain || key.includes('\0')) throw new RangeError(`invalid state key: ${key}`);
    return join(this.#folder, key + SUFFIX);
  }
}
