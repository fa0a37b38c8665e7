import type { Directive } from './ast.ts';
import { DockerfileError } from './error.ts';
import type { Source } from './source.ts';

const SHAPE = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const NAMES = ['syntax', 'escape', 'check'] as const;

/**
 * The parser directives at the top of a Dockerfile. The first line that is none ends them, so a comment
 * or a blank line turns what follows into plain comments (Dockerfile reference, "Parser directives").
 * @throws DockerfileError `directive` for one given twice or an impossible escape character
 */
export function parseDirectives(source: Source): readonly Directive[] {
  const found: Directive[] = [];
  for (const { text, offset } of source.lines) {
    const match = SHAPE.exec(text);
    const name = NAMES.find((known) => known === match?.[1]?.toLowerCase());
    const value = match?.[2];
    if (name === undefined || value === undefined) break;
    const range = source.range(offset, offset + text.length);
    if (found.some((directive) => directive.name === name)) {
      throw new DockerfileError('directive', `only one ${name} parser directive can be used`, range);
    }
    if (name === 'escape' && value !== '\\' && value !== '`') {
      throw new DockerfileError('directive', `invalid escape token '${value}' does not match \` or \\`, range);
    }
    found.push({ name, value, range });
  }
  return found;
}
