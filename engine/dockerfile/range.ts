/** A place in a Dockerfile. Both numbers start at 1; columns count UTF-16 code units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a Dockerfile. `end` is the place just after the last character. */
export interface SourceRange {
  readonly start: Position;
  readonly end: Position;
}

/** A piece of text as it is meant (unquoted, joined over continuations) and where it stands in the file. */
export interface Word {
  readonly value: string;
  readonly range: SourceRange;
}
