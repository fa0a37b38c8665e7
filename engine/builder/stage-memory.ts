import { align, type Relation } from './align.ts';
import { type RememberedBuild, type RememberedStage, type RememberedStep, remember, unreached } from './history.ts';
import type { StepInputs } from './step-inputs.ts';

/** What a stage's steps were the last time, and what they are in this build. */
export class StageMemory {
  readonly #before: RememberedStage | undefined;
  readonly #relations: readonly Relation<RememberedStep>[];
  readonly #texts: readonly string[];
  readonly #steps: RememberedStep[] = [];
  readonly #base: string;
  readonly #parent: string;

  /**
   * @param base what the stage is based on, as reasons name it
   * @param parent chain ID of that
   * @param texts of the instructions that make layers, as written
   */
  constructor(before: RememberedStage | undefined, base: string, parent: string, texts: readonly string[]) {
    this.#before = before;
    this.#base = base;
    this.#parent = parent;
    this.#texts = texts;
    this.#relations = align(before?.steps ?? [], ({ text }) => text, texts);
  }

  /** What is different about the base; undefined if nothing is, or if the stage was never built. */
  baseChange(): string | undefined {
    if (!this.#before) return undefined;
    const { base, parent } = this.#before;
    if (base !== this.#base) return `${this.#base} instead of ${base}`;
    return parent === this.#parent ? undefined : `${base} changed`;
  }

  /**
   * Notes what a step is made from, before it is done.
   * @param index among the instructions that make layers
   */
  async begin(
    index: number,
    step: {
      readonly key: string;
      readonly inputs: StepInputs;
      readonly variables: Readonly<Record<string, string>>;
    },
  ): Promise<{ readonly current: RememberedStep; readonly relation: Relation<RememberedStep> | undefined }> {
    const current = await remember({ ...step, text: this.#texts[index] ?? '' });
    this.#steps[index] = current;
    return { current, relation: this.#before && this.#relations[index] };
  }

  done(index: number): void {
    const step = this.#steps[index];
    if (step) this.#steps[index] = { ...step, reached: 'end' };
  }

  /** For the next build. Steps that this one did not come to are as they were. */
  remembered(): RememberedStage {
    const steps = this.#texts.map((text, index) => {
      const relation = this.#relations[index];
      return this.#steps[index] ?? (relation?.kind === 'same' ? relation.before : unreached(text));
    });
    return { base: this.#base, parent: this.#parent, steps };
  }
}

/** The stages of one build, by name or number. */
export class BuildMemory {
  readonly #before: RememberedBuild | undefined;
  readonly #stages = new Map<string, StageMemory>();

  constructor(before: RememberedBuild | undefined) {
    this.#before = before;
  }

  stage(name: string, base: string, parent: string, texts: readonly string[]): StageMemory {
    const stage = new StageMemory(this.#before?.[name], base, parent, texts);
    this.#stages.set(name, stage);
    return stage;
  }

  remembered(): RememberedBuild {
    return Object.fromEntries([...this.#stages].map(([name, stage]) => [name, stage.remembered()]));
  }
}
