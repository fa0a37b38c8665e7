import type { SourceRange, Word } from './range.ts';

/** `KEY=value`, or `KEY value` in the legacy form. Quotes and escapes are still in `value`. */
export interface Pair {
  readonly key: Word;
  readonly value: Word;
  readonly legacy: boolean;
}

/** What follows the keyword and flags, in the form that the instruction calls for. */
export type Arguments =
  /** `["a", "b"]`: values are unescaped. */
  | { readonly form: 'json'; readonly words: readonly Word[] }
  /** Separated by white space; quotes and escapes are still in. */
  | { readonly form: 'words'; readonly words: readonly Word[] }
  /** All of it as one; absent if there is nothing. */
  | { readonly form: 'text'; readonly text: Word | undefined }
  | { readonly form: 'pairs'; readonly pairs: readonly Pair[] }
  | {
      readonly form: 'healthcheck';
      readonly type: Word | undefined;
      readonly test: Extract<Arguments, { form: 'json' | 'text' }>;
    }
  | { readonly form: 'trigger'; readonly trigger: InstructionNode | undefined };

export interface Heredoc {
  readonly name: string;
  /** Lines between the marker and the terminator, as they stand in the file, line ends and leading tabs included. */
  readonly content: string;
  /** False when the name was quoted. */
  readonly expand: boolean;
  /** `<<-`: leading tabs do not count; {@link heredocText} takes them away. */
  readonly chomp: boolean;
  /** The number before `<<`, as the shell reads it; 0 if there is none. */
  readonly fileDescriptor: number;
  /** The `<<NAME` word. */
  readonly range: SourceRange;
  /** The lines after it, terminator left out. */
  readonly contentRange: SourceRange;
}

/** One instruction as written, its meaning not yet looked at. */
export interface InstructionNode {
  /** As typed: `FROM`, `from`, `FORM`. */
  readonly keyword: Word;
  /** `--name=value` words in front of the arguments, unquoted. */
  readonly flags: readonly Word[];
  readonly arguments: Arguments;
  readonly heredocs: readonly Heredoc[];
  /** The whole instruction on one line: continuations joined, comments left out, no heredoc contents. */
  readonly text: string;
  /** The comment lines straight above it, without `#`. */
  readonly comments: readonly string[];
  readonly range: SourceRange;
  /** Blank lines inside a continuation: allowed, deprecated. */
  readonly emptyContinuation: boolean;
}

export interface Directive {
  /** Lower case: `syntax`, `escape` or `check`. */
  readonly name: 'syntax' | 'escape' | 'check';
  readonly value: string;
  readonly range: SourceRange;
}

export interface DockerfileAst {
  readonly directives: readonly Directive[];
  /** The escape character, `\` or a backtick. */
  readonly escape: '\\' | '`';
  readonly instructions: readonly InstructionNode[];
}
