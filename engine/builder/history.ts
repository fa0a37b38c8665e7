import { sha256 } from '../image/digest.ts';
import type { StateStore } from '../stores/state-store.ts';
import type { StepInputs } from './step-inputs.ts';

/** What makes a build the same one as before, with other files or another Dockerfile. */
export interface BuildIdentity {
  /** Repository of the image's first name, as `docker.io/library/myapp`; empty without a name. */
  readonly repository: string;
  /** Where the context is, as the client says; empty if it does not say. */
  readonly context: string;
  /** The Dockerfile's name. */
  readonly dockerfile: string;
}

/** A step of a build before. */
export interface RememberedStep {
  /** The instruction as written. */
  readonly text: string;
  readonly key: string;
  readonly inputs: StepInputs;
  /** Whether the files are in `inputs`: of a step that reads very many, only their digest is remembered. */
  readonly files: 'named' | 'counted';
  /** The variables that it saw, named as in {@link StepInputs.settings}. */
  readonly variables: Readonly<Record<string, string>>;
  /** How far the build came: to the end of the step, to its beginning, or not even there (then nothing else is known). */
  readonly reached: 'end' | 'beginning' | 'nothing';
}

export interface RememberedStage {
  /** What it was based on, as a reason names it: `base image alpine:latest`, `stage build`. */
  readonly base: string;
  /** Chain ID of that. */
  readonly parent: string;
  readonly steps: readonly RememberedStep[];
}

/** Stages by name, or number for those without one. */
export type RememberedBuild = Readonly<Record<string, RememberedStage>>;

const PREFIX = 'build-history/';
/** Builds that are remembered. */
const KEPT = 32;
/** Of a step that reads more files than this, only whether any changed is remembered. */
const REMEMBERED_FILES = 5000;
const encoder = new TextEncoder();

interface StoredStep extends Omit<RememberedStep, 'inputs'> {
  readonly inputs: Omit<StepInputs, 'files'> & { readonly files: readonly (readonly [string, string])[] };
}

type StoredBuild = Readonly<Record<string, Omit<RememberedStage, 'steps'> & { readonly steps: readonly StoredStep[] }>>;

/** What the steps of builds were made from the last time, so that the next build can tell what changed. */
export class BuildHistory {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** The latest build of this image, or else of this context; undefined if there was none. */
  async find(identity: BuildIdentity): Promise<RememberedBuild | undefined> {
    const key = await this.#findKey(identity);
    const stored = key && ((await this.#state.get(key)) as StoredBuild | undefined);
    if (!stored) return undefined;
    return Object.fromEntries(
      Object.entries(stored).map(([name, stage]) => [name, { ...stage, steps: stage.steps.map(fromStored) }]),
    );
  }

  async #findKey(identity: BuildIdentity): Promise<string | undefined> {
    const names = await namesOf(identity);
    // Keys begin with a time, so the last is the latest.
    const keys = (await this.#state.list(PREFIX)).toReversed();
    const byRepository = identity.repository && keys.find((key) => key.includes(`-${names.repository}-`));
    return byRepository || keys.find((key) => key.endsWith(`-${names.context}`));
  }

  /**
   * @param stages those that this build came to; of the others, what was known stays
   * @param now microseconds since the epoch
   */
  async save(identity: BuildIdentity, stages: RememberedBuild, now: number): Promise<void> {
    const names = await namesOf(identity);
    const suffix = `-${names.repository}-${names.context}`;
    const keys = await this.#state.list(PREFIX);
    const replaced = keys.filter((key) => key.endsWith(suffix));
    const known = replaced[0] === undefined ? {} : ((await this.#state.get(replaced[0])) as object);
    const stored = Object.entries(stages).map(([name, stage]) => [
      name,
      { ...stage, steps: stage.steps.map(toStored) },
    ]);
    const time = String(now).padStart(20, '0');
    await this.#state.set(PREFIX + time + suffix, { ...known, ...Object.fromEntries(stored) });
    const old = keys.filter((key) => !replaced.includes(key)).slice(0, -(KEPT - 1));
    for (const key of [...replaced, ...old]) if (key !== PREFIX + time + suffix) await this.#state.delete(key);
  }
}

async function namesOf({ repository, context, dockerfile }: BuildIdentity) {
  const digest = async (...words: readonly string[]): Promise<string> =>
    (await sha256(encoder.encode(JSON.stringify(words)))).slice(7, 23);
  // Without a context's name, only builds without any name at all are taken for the same.
  const place = context === '' ? [repository] : ['', context];
  return { repository: await digest(repository), context: await digest(dockerfile, ...place) };
}

/** Makes what is remembered of a step that begins. */
export async function remember(step: Omit<RememberedStep, 'files' | 'reached'>): Promise<RememberedStep> {
  const { files } = step.inputs;
  const reached = 'beginning';
  if (files.size <= REMEMBERED_FILES) return { ...step, files: 'named', reached };
  const all = await sha256(encoder.encode(JSON.stringify([...files])));
  return { ...step, inputs: { ...step.inputs, files: new Map([['', all]]) }, files: 'counted', reached };
}

/** The same of one that the build did not come to. */
export function unreached(text: string): RememberedStep {
  const inputs: StepInputs = { parent: '', instruction: '', settings: {}, files: new Map() };
  return { text, key: '', inputs, files: 'named', variables: {}, reached: 'nothing' };
}

function toStored({ inputs, ...step }: RememberedStep): StoredStep {
  return { ...step, inputs: { ...inputs, files: [...inputs.files] } };
}

function fromStored({ inputs, ...step }: StoredStep): RememberedStep {
  return { ...step, inputs: { ...inputs, files: new Map(inputs.files) } };
}
