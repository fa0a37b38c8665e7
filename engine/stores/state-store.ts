/** Small JSON documents, each replaced whole and atomically. Keys: `images`, `containers/ID`, ... */
export interface StateStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** Keys that start with the prefix, sorted. */
  list(prefix: string): Promise<readonly string[]>;
}
