import { BuildError } from '../../builder/errors.ts';
import type { SolveStatus } from '../../builder/progress.ts';
import type { BuildRequest, BuildResult } from '../../builder/request.ts';
import { OutputTails } from './output-tails.ts';
import type { BuildEnd, BuildEvent, BuildProgress } from './types.ts';

type Listener = (event: BuildEvent) => void;
type Emit = (status: SolveStatus) => void;

/** Tells of every build of an engine, whoever asked for it. The newest is kept for those who come after it. */
export class BuildFeed {
  readonly #listeners = new Set<Listener>();
  #newest = 0;
  #kept: BuildEvent[] = [];

  /**
   * Carries out a build and tells of it.
   * @param emit the listener of who asked for it
   * @param run the build itself, handed whom to tell
   */
  async follow(
    { tags = [] }: Pick<BuildRequest, 'tags'>,
    emit: Emit,
    run: (emit: Emit) => Promise<BuildResult>,
  ): Promise<BuildResult> {
    this.#newest += 1;
    const build = this.#newest;
    this.#kept = [];
    this.#tell({ build, begin: { tags } });
    const tails = new OutputTails();
    try {
      const result = await run((status) => {
        emit(status);
        for (const log of status.logs ?? []) tails.add(log);
        const progress = progressOf(status, tails);
        if (progress) this.#tell({ build, progress });
      });
      this.#tell({ build, end: { imageId: result.image?.id ?? '' } });
      return result;
    } catch (error) {
      this.#tell({ build, end: failureOf(error) });
      throw error;
    }
  }

  /** Everything of the newest build, then what happens from now on. @returns what ends it */
  subscribe(listener: Listener): () => void {
    for (const event of this.#kept) listener(event);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: BuildEvent): void {
    if (event.build === this.#newest) this.#kept.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

/** Without what a step prints, which is as long as it likes: only how a failed one's output ends. */
function progressOf({ plan, vertexes, instructions }: SolveStatus, tails: OutputTails): BuildProgress | undefined {
  if (!plan && !vertexes && !instructions) return undefined;
  const failed = vertexes?.find(({ error }) => error !== undefined);
  const text = failed ? tails.of(failed.digest) : '';
  return {
    ...(plan && { plan }),
    ...(vertexes && { vertexes }),
    ...(instructions && { instructions }),
    ...(failed && text !== '' && { output: { vertex: failed.digest, text } }),
  };
}

function failureOf(error: unknown): BuildEnd {
  if (!(error instanceof BuildError)) {
    return { failure: { code: 'internal', message: error instanceof Error ? error.message : String(error) } };
  }
  const { code, message, range } = error;
  return { failure: { code, message, ...(range && { lines: [range.start.line, range.end.line] }) } };
}
