import { checkDockerfile, type LintOptions, type SourceRange } from '../../../engine/dockerfile/index.ts';

/** Something to say about a Dockerfile, and where. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** As `docker build` words it. */
  readonly message: string;
  /** The word that it is about, if the message names one, else the whole instruction. */
  readonly range: SourceRange;
  /** The build check that it comes from, with the address of its page. */
  readonly rule: { readonly name: string; readonly url: string } | undefined;
  /** What a misspelt word may have been meant to be. */
  readonly suggestion: string | undefined;
}

/** What `docker build` would say of this text: what keeps it from being read, or else what the build checks find. */
export function findingsIn(text: string, options: LintOptions = {}): readonly Finding[] {
  const { findings, failing, error } = checkDockerfile(text, options);
  if (error) {
    const { message, range, suggestion, code } = error;
    // Nothing written yet is nothing wrong.
    if (code === 'empty' || !range) return [];
    return [{ severity: 'error', message, range, rule: undefined, suggestion }];
  }
  return findings.map(({ rule: { name, url }, message, range }) => ({
    severity: failing ? 'error' : 'warning',
    message,
    range: wordRange(text, range, message),
    rule: { name, url },
    suggestion: undefined,
  }));
}

/** Build checks point at whole instructions, as BuildKit's do; a reader is shown the word in quotes, if it is there once. */
function wordRange(text: string, range: SourceRange, message: string): SourceRange {
  const { line, column } = range.start;
  const first = text.split('\n')[line - 1]?.replace(/\r$/, '') ?? '';
  const whole = range.end.line === line ? range : { start: range.start, end: { line, column: first.length + 1 } };
  const word = quotedWords(message)[0];
  if (word === undefined || word === '') return whole;
  const at = first.indexOf(word, column - 1);
  if (at < 0 || first.indexOf(word, at + 1) >= 0) return whole;
  return { start: { line, column: at + 1 }, end: { line, column: at + 1 + word.length } };
}

/** The words that a message has in quotes, in order. */
export function quotedWords(message: string): readonly string[] {
  return [...message.matchAll(/'([^']+)'|"([^"]+)"/g)].map(([, single, double]) => single ?? double ?? '');
}

/** The text in a range of a Dockerfile. */
export function textIn(text: string, { start, end }: SourceRange): string {
  const lines = text.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined))
    .join('\n');
}
