import type { Position, SourceRange, Word } from './range.ts';

interface PhysicalLine {
  /** Without its line end. */
  readonly text: string;
  /** Offset of its first character in the file. */
  readonly offset: number;
}

/** A Dockerfile's text with its lines found once, so that offsets become positions quickly. */
export class Source {
  readonly text: string;
  readonly lines: readonly PhysicalLine[];

  constructor(text: string) {
    this.text = text;
    const lines: PhysicalLine[] = [];
    let offset = 0;
    while (offset < text.length) {
      const newline = text.indexOf('\n', offset);
      const end = newline < 0 ? text.length : newline;
      lines.push({ text: text.slice(offset, end).replace(/\r+$/, ''), offset });
      offset = end + 1;
    }
    this.lines = lines;
  }

  /** The position of an offset; an offset past the end gives the place after the last character. */
  positionAt(offset: number): Position {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lines[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lines[low]?.offset ?? 0) + 1 };
  }

  range(start: number, end: number): SourceRange {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }
}

/**
 * Text gathered from several physical lines (continuations joined, comments left out) that remembers
 * for every character where in the file it came from.
 */
export class LogicalText {
  readonly text: string;
  readonly #source: Source;
  readonly #offsets: readonly number[];

  constructor(source: Source, text: string, offsets: readonly number[]) {
    this.#source = source;
    this.text = text;
    this.#offsets = offsets;
  }

  slice(start: number, end = this.text.length): LogicalText {
    return new LogicalText(this.#source, this.text.slice(start, end), this.#offsets.slice(start, end));
  }

  trim(): LogicalText {
    const start = this.text.length - this.text.trimStart().length;
    return this.slice(start, Math.max(start, this.text.trimEnd().length));
  }

  /** Where characters `start` up to but without `end` stand in the file. */
  range(start = 0, end = this.text.length): SourceRange {
    const first = this.#offsets[start] ?? (this.#offsets.at(-1) ?? -1) + 1;
    const last = end > start ? (this.#offsets[end - 1] ?? first - 1) : first - 1;
    return this.#source.range(first, last + 1);
  }

  word(start = 0, end = this.text.length): Word {
    return { value: this.text.slice(start, end), range: this.range(start, end) };
  }
}
