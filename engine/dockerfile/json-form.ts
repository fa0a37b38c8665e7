import type { Arguments } from './ast.ts';
import { DockerfileError } from './error.ts';
import type { Word } from './range.ts';
import type { LogicalText } from './source.ts';

/**
 * The arguments as a JSON array of strings, or undefined when they are not JSON and so mean the shell form.
 * @throws DockerfileError `syntax` for a JSON array of anything but strings
 */
export function parseJsonForm(text: LogicalText): Extract<Arguments, { form: 'json' }> | undefined {
  if (!text.text.startsWith('[')) return undefined;
  let values: unknown;
  try {
    values = JSON.parse(text.text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(values)) return undefined;
  if (!values.every((value): value is string => typeof value === 'string')) {
    const message = 'when using JSON array syntax, arrays must be comprised of strings only';
    throw new DockerfileError('syntax', message, text.range());
  }
  // The array has parsed, so every quoted stretch is one of its strings, in order.
  const literals = [...text.text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  const words = values.map((value, index): Word => {
    const literal = literals[index];
    const start = literal?.index ?? 0;
    return { value, range: text.range(start, start + (literal?.[0].length ?? 0)) };
  });
  return { form: 'json', words };
}
