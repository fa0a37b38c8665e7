import type { SourceRange } from '../dockerfile/index.ts';

export type BuildErrorCode =
  /** The Dockerfile is missing, or cannot be read as one. */
  | 'dockerfile'
  /** The target, a source path or a stage does not exist. */
  | 'not-found'
  /** Something in the request or in an instruction's arguments is malformed. */
  | 'invalid'
  /** A base image could not be had. */
  | 'pull'
  /** A RUN ended with another exit code than 0. */
  | 'process'
  /** A copy or download failed. */
  | 'file'
  /** Something under the builder failed; `cause` is what. */
  | 'internal'
  | 'canceled';

/** A build that did not come to an image. `message` is what BuildKit says after "failed to solve: ". */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code: BuildErrorCode;
  /** The place in the Dockerfile that it is about. */
  readonly range: SourceRange | undefined;
  /** The lines around that place, as BuildKit prints them; ends with a newline. */
  readonly excerpt: string | undefined;
  /** Name of the vertex that failed, as in its events. */
  readonly vertex: string | undefined;
  /** For `process`: what ran and how it ended. */
  readonly process: { readonly argv: readonly string[]; readonly exitCode: number } | undefined;

  constructor(
    code: BuildErrorCode,
    message: string,
    details: {
      readonly range?: SourceRange | undefined;
      readonly excerpt?: string | undefined;
      readonly vertex?: string | undefined;
      readonly process?: BuildError['process'];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.range = details.range;
    this.excerpt = details.excerpt;
    this.vertex = details.vertex;
    this.process = details.process;
  }

  /** The same error, with what is known further out put in where it was missing. */
  with(details: { readonly range?: SourceRange; readonly excerpt?: string; readonly vertex?: string }): BuildError {
    const error = new BuildError(this.code, this.message, {
      range: this.range ?? details.range,
      excerpt: this.excerpt ?? details.excerpt,
      vertex: this.vertex ?? details.vertex,
      process: this.process,
      cause: this.cause,
    });
    if (this.stack !== undefined) error.stack = this.stack;
    return error;
  }
}

/** @throws BuildError `canceled` if the build was given up */
export function throwIfCanceled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BuildError('canceled', 'context canceled', { cause: signal.reason });
}
