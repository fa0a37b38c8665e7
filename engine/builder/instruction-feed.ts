import type { Dockerfile, Stage, StageInstruction } from '../dockerfile/index.ts';
import { sha256 } from '../image/digest.ts';
import { encodeJson, type ImageConfig } from '../image/documents.ts';
import { numberInstructions } from './build-plan.ts';
import type { InstructionProgress } from './progress.ts';
import type { Reporter } from './reporter.ts';
import type { StageState } from './stage-state.ts';

type Instruction = StageInstruction | Stage['from'];

/** Tells of the Dockerfile's instructions one by one, those too that have no vertex. */
export class InstructionFeed {
  readonly #reporter: Reporter;
  /** Each instruction's place among all; triggers of a base image have none. */
  readonly #numbers: ReadonlyMap<Instruction, number>;
  readonly #total: number;
  readonly #imageDocument: ((state: StageState, isLast: boolean) => Omit<ImageConfig, 'rootfs'>) | undefined;

  /** @param imageDocument of what has been built so far; given if the image's ID after each instruction is to be told */
  constructor(
    reporter: Reporter,
    dockerfile: Dockerfile,
    imageDocument: ((state: StageState, isLast: boolean) => Omit<ImageConfig, 'rootfs'>) | undefined,
  ) {
    this.#reporter = reporter;
    this.#numbers = numberInstructions(dockerfile);
    this.#total = dockerfile.globalArgs.length + this.#numbers.size;
    this.#imageDocument = imageDocument;
    for (const [index, arg] of dockerfile.globalArgs.entries()) {
      this.#tell({ number: index + 1, text: arg.node.text, completed: false });
    }
  }

  begun(instruction: Instruction): void {
    const number = this.#numbers.get(instruction);
    if (number !== undefined) this.#tell({ number, text: instruction.node.text, completed: false });
  }

  /** A RUN has a container now. */
  running(instruction: Instruction, vertex: string, containerId: string): void {
    const number = this.#numbers.get(instruction);
    if (number === undefined) return;
    this.#tell({ number, text: instruction.node.text, vertex, completed: false, containerId });
  }

  async done(
    instruction: Instruction,
    state: StageState,
    details: { readonly vertex?: string; readonly cached?: boolean; readonly containerId?: string | undefined } = {},
  ): Promise<void> {
    const number = this.#numbers.get(instruction);
    if (number === undefined) return;
    const layers = state.layers.map(({ diffId }) => diffId);
    const told = { number, text: instruction.node.text, completed: true, ...details, layers };
    this.#tell(this.#imageDocument ? { ...told, imageId: await this.#imageId(state, number === this.#total) } : told);
  }

  #tell(progress: Omit<InstructionProgress, 'total' | 'containerId'> & { containerId?: string | undefined }): void {
    const { containerId, ...rest } = progress;
    const told = { total: this.#total, ...rest, ...(containerId !== undefined && { containerId }) };
    this.#reporter.emit({ instructions: [told] });
  }

  /** The ID that an image of this state has. */
  async #imageId(state: StageState, isLast: boolean): Promise<string> {
    if (!this.#imageDocument || (state.layers.length === 0 && state.history.length === 0)) return '';
    const rootfs = { type: 'layers', diff_ids: state.layers.map(({ diffId }) => diffId) };
    // The same keys in the same order as ImageStore.create writes them.
    const { history, ...rest } = this.#imageDocument(state, isLast);
    return sha256(encodeJson({ ...rest, rootfs, history }));
  }
}
