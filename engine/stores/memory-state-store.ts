import type { StateStore } from './state-store.ts';

/** Documents that last as long as the object; each is copied on its way in and out, as a real store would. */
export class MemoryStateStore implements StateStore {
  readonly #documents = new Map<string, string>();

  async get(key: string): Promise<unknown> {
    const json = this.#documents.get(key);
    return json === undefined ? undefined : JSON.parse(json);
  }

  async set(key: string, value: unknown): Promise<void> {
    this.#documents.set(key, JSON.stringify(value));
  }

  async delete(key: string): Promise<void> {
    this.#documents.delete(key);
  }

  async list(prefix: string): Promise<readonly string[]> {
    return [...this.#documents.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}
