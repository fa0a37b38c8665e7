import type { SourceRange } from './range.ts';

export type DockerfileErrorCode =
  | 'empty'
  | 'directive'
  | 'syntax'
  | 'unknown-instruction'
  | 'unknown-flag'
  | 'flag-value'
  | 'arguments'
  | 'heredoc'
  | 'no-stage'
  | 'expansion'
  | 'unknown-stage';

/** A Dockerfile that cannot be built as it is written. `message` is BuildKit's wording, suggestion included. */
export class DockerfileError extends Error {
  override readonly name = 'DockerfileError';
  readonly code: DockerfileErrorCode;
  /** What the message is about; absent only when it is about no place at all. */
  readonly range: SourceRange | undefined;
  /** What may have been meant, in the case it was written in. */
  readonly suggestion: string | undefined;

  constructor(code: DockerfileErrorCode, message: string, range?: SourceRange, suggestion?: string) {
    super(suggestion === undefined ? message : message + hint(suggestion));
    this.code = code;
    this.range = range;
    this.suggestion = suggestion;
  }

  /** The same error about another place. */
  at(range: SourceRange): DockerfileError {
    const { suggestion } = this;
    const bare = suggestion === undefined ? this.message : this.message.slice(0, -hint(suggestion).length);
    return new DockerfileError(this.code, bare, range, suggestion);
  }
}

function hint(suggestion: string): string {
  return ` (did you mean ${suggestion}?)`;
}
