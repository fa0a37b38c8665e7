import { sha256 } from '../image/digest.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { Digest } from '../stores/blob-store.ts';
import type { StateStore } from '../stores/state-store.ts';

/** Everything that decides what a step makes. Two steps with the same inputs make the same layer. */
export interface StepInputs {
  /** Chain ID of the layers below; empty for none. */
  readonly parent: string;
  /** The instruction with variables put in. */
  readonly instruction: string;
  /** What else counts, named as a reason names it: `build argument X`, `variable Y`, `USER`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Files that it reads, by path, and their description (see describeSources). */
  readonly files: ReadonlyMap<string, string>;
}

/** `build-cache/HEX` in the state store: a step that was run, and the layer that it made. */
export interface CacheRecord {
  /** 64 hex digits. */
  readonly id: string;
  readonly diffId: Digest;
  /** The step's vertex name, without `[2/3]`. */
  readonly description: string;
  /** RFC 3339. */
  readonly created: string;
  readonly lastUsed: string;
  readonly usageCount: number;
  /** Bytes of files in the layer. */
  readonly bytes: number;
}

const RECORDS = 'build-cache/';
const INPUTS = 'build-inputs/';
const encoder = new TextEncoder();

/** Steps that were run, by what decided them. */
export class BuildCache {
  readonly #state: StateStore;
  readonly #images: ImageStore;

  constructor(state: StateStore, images: ImageStore) {
    this.#state = state;
    this.#images = images;
  }

  /** A record whose layer is still in the store. */
  async find(key: string): Promise<CacheRecord | undefined> {
    const record = (await this.#state.get(RECORDS + key)) as CacheRecord | undefined;
    return record && this.#images.layer(record.diffId) ? record : undefined;
  }

  async put(record: CacheRecord): Promise<void> {
    await this.#state.set(RECORDS + record.id, record);
  }

  /** Those whose layers are still here, most recently used first. */
  async list(): Promise<readonly CacheRecord[]> {
    const records: CacheRecord[] = [];
    for (const key of await this.#state.list(RECORDS)) {
      const record = (await this.#state.get(key)) as CacheRecord;
      if (this.#images.layer(record.diffId)) records.push(record);
    }
    return records.sort((a, b) => (a.lastUsed < b.lastUsed ? 1 : -1));
  }

  /**
   * Forgets records, and what is kept for telling reasons.
   * @param keep says which records stay; without it, none do
   * @returns the records that went. Their layers go with {@link ImageStore.collectGarbage}, unless an image has them.
   */
  async prune(keep: (record: CacheRecord) => boolean = () => false): Promise<readonly CacheRecord[]> {
    const gone: CacheRecord[] = [];
    for (const key of await this.#state.list(RECORDS)) {
      const record = (await this.#state.get(key)) as CacheRecord;
      if (this.#images.layer(record.diffId) && keep(record)) continue;
      await this.#state.delete(key);
      gone.push(record);
    }
    if ((await this.#state.list(RECORDS)).length === 0) {
      for (const key of await this.#state.list(INPUTS)) await this.#state.delete(key);
    }
    return gone;
  }
}

/** The key under which a step with these inputs is kept. */
export async function cacheKey(inputs: StepInputs): Promise<string> {
  const settings = Object.entries(inputs.settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([inputs.parent, inputs.instruction, settings, [...inputs.files]]);
  return (await sha256(encoder.encode(text))).slice('sha256:'.length);
}

/** Inputs as they are stored. */
interface StoredInputs extends Omit<StepInputs, 'files'> {
  readonly files: readonly (readonly [string, string])[];
}

/** Of a step that reads more files than this, only which step changed is remembered, not which file. */
const REMEMBERED_FILES = 5000;

/** What the steps of a build were made from the time before, so that the next one can tell what changed. */
export class LastInputs {
  readonly #state: StateStore;
  readonly #key: string;
  readonly #previous: ReadonlyMap<string, StepInputs>;
  readonly #current = new Map<string, StepInputs>();

  private constructor(state: StateStore, key: string, previous: ReadonlyMap<string, StepInputs>) {
    this.#state = state;
    this.#key = key;
    this.#previous = previous;
  }

  /** @param build what makes it the same build as before: its tag, or its Dockerfile's name */
  static async open(state: StateStore, build: string): Promise<LastInputs> {
    const key = INPUTS + (await sha256(encoder.encode(build))).slice('sha256:'.length);
    const stored = ((await state.get(key)) ?? {}) as Record<string, StoredInputs>;
    const steps = Object.entries(stored).map(([step, inputs]): [string, StepInputs] => [
      step,
      { ...inputs, files: new Map(inputs.files) },
    ]);
    return new LastInputs(state, key, new Map(steps));
  }

  /** @param step stage and number of the instruction in it */
  previous(step: string): StepInputs | undefined {
    return this.#previous.get(step);
  }

  record(step: string, inputs: StepInputs): void {
    this.#current.set(step, inputs);
  }

  /** Steps that this build did not come to keep what they had. */
  async save(): Promise<void> {
    const stored = new Map([...this.#previous, ...this.#current]);
    const entries = [...stored].map(([step, { files, ...inputs }]): [string, StoredInputs] => [
      step,
      { ...inputs, files: files.size > REMEMBERED_FILES ? [] : [...files] },
    ]);
    await this.#state.set(this.#key, Object.fromEntries(entries));
  }
}
