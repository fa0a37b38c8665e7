import type { SourceRange } from './range.ts';

const RULE = '--------------------';
/**
 * The lines around a place with that place marked, as BuildKit prints them under an error. Ends with a newline.
 * ```
 * Dockerfile:3
 * --------------------
 *    1 |     FROM alpine
 *    2 |     WORKDIR /x
 *    3 | >>> FORM y
 * --------------------
 * ```
 */
export function formatExcerpt(file: string, text: string, range: SourceRange): string {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const marked = { first: range.start.line, last: Math.min(lines.length, Math.max(range.start.line, range.end.line)) };
  const context = marked.first === marked.last ? 2 : 1;
  const first = Math.max(1, marked.first - context);
  const last = Math.min(lines.length, marked.last + context);
  const shown: string[] = [];
  for (let line = first; line <= last; line++) {
    const mark = line >= marked.first && line <= marked.last ? '>>>' : '   ';
    shown.push(`${String(line).padStart(4)} | ${mark} ${lines[line - 1] ?? ''}`);
  }
  return `${[`${file}:${marked.first}`, RULE, ...shown, RULE].join('\n')}\n`;
}
