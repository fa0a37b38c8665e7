import { shortId } from '../image/digest.ts';
import { familiarName, parseReference } from '../image/reference.ts';
import type { BuildError } from './errors.ts';
import type { InstructionProgress, SolveStatus } from './progress.ts';
import type { BuildResult } from './request.ts';

/** A line of `POST /build`'s answer (Engine API, "Build an image"), as the classic builder writes it. */
export type ClassicMessage =
  | { readonly stream: string }
  | { readonly aux: { readonly ID: string } }
  | {
      readonly status: string;
      readonly id: string;
      readonly progressDetail: { readonly current?: number; readonly total?: number };
    }
  | { readonly error: string; readonly errorDetail: { readonly message: string; readonly code?: number } };

/**
 * Tells a stepwise build ({@link BuildRequest.stepwise}) in the words of Docker's classic builder, for clients that
 * run without BuildKit. Where the classic builder makes a container for a step that runs nothing, this says nothing
 * of one, as there is none.
 */
export class ClassicOutput {
  readonly #write: (message: ClassicMessage) => void;
  readonly #decoders = new Map<string, TextDecoder>();
  #container: string | undefined;

  constructor(write: (message: ClassicMessage) => void) {
    this.#write = write;
  }

  /** To be called with each event of the build. */
  progress(status: SolveStatus): void {
    for (const instruction of status.instructions ?? []) this.#instruction(instruction);
    for (const { vertex, stream, data } of status.logs ?? []) {
      const decoder = this.#decoders.get(vertex + stream) ?? new TextDecoder();
      this.#decoders.set(vertex + stream, decoder);
      const text = decoder.decode(data, { stream: true });
      // The classic builder paints standard error red, tty or not.
      if (text !== '') this.#stream(stream === 1 ? text : `\u001b[91m${text}\u001b[0m`);
    }
    for (const { id, current, total, completed } of status.statuses ?? []) {
      if (!id.startsWith('sha256:')) continue;
      const progressDetail = completed === undefined ? { current, total } : {};
      this.#write({
        status: completed === undefined ? 'Downloading' : 'Pull complete',
        id: shortId(id),
        progressDetail,
      });
    }
  }

  succeeded(result: BuildResult): void {
    if (result.unusedBuildArgs.length > 0) {
      const names = [...result.unusedBuildArgs].sort().join(' ');
      this.#stream(`[Warning] One or more build-args [${names}] were not consumed\n`);
    }
    if (!result.image) return;
    this.#write({ aux: { ID: result.image.id } });
    this.#stream(`Successfully built ${shortId(result.image.id)}\n`);
    for (const tag of result.tags) this.#stream(`Successfully tagged ${familiarName(parseReference(tag))}\n`);
  }

  failed(error: BuildError): void {
    if (this.#container !== undefined) this.#removed();
    const message = classicMessage(error);
    const code = error.process?.exitCode;
    this.#write({ errorDetail: code === undefined ? { message } : { code, message }, error: message });
  }

  #instruction(instruction: InstructionProgress): void {
    const { number, total, text, completed, cached, containerId, imageId } = instruction;
    if (!completed && containerId === undefined) {
      this.#stream(`Step ${number}/${total} : ${text}\n`);
    } else if (!completed && containerId !== undefined) {
      this.#container = containerId;
      this.#stream(` ---> Running in ${shortId(containerId)}\n`);
    } else {
      if (cached) this.#stream(' ---> Using cache\n');
      if (this.#container !== undefined) this.#removed();
      this.#stream(` ---> ${shortId(imageId ?? '')}\n`);
    }
  }

  #removed(): void {
    this.#stream(`Removing intermediate container ${shortId(this.#container ?? '')}\n`);
    this.#container = undefined;
  }

  #stream(text: string): void {
    this.#write({ stream: text });
  }
}

/** An error in the classic builder's words, where they differ from BuildKit's. */
export function classicMessage(error: BuildError): string {
  if (error.process) {
    const { argv, exitCode } = error.process;
    return `The command '${argv.join(' ')}' returned a non-zero code: ${exitCode}`;
  }
  const missing = /^failed to compute cache key: .*: "\/(.*)": not found$/.exec(error.message)?.[1];
  if (missing === undefined) return error.message;
  const verb = /\bADD\b/.test(error.vertex ?? '') ? 'ADD' : 'COPY';
  const where = 'file not found in build context or excluded by .dockerignore';
  return `${verb} failed: ${where}: stat ${missing}: file does not exist`;
}
