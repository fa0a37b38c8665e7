import type { VertexWarning } from '../../builder/progress.ts';
import { formatExcerpt } from '../../dockerfile/excerpt.ts';

export interface WarningOptions {
  readonly color: boolean;
  /** Say all that there is to say, as with `docker --debug`. */
  readonly expand: boolean;
  readonly dockerfile: { readonly name: string; readonly text: string } | undefined;
}

/** What the build checks found, as buildx prints it below a build; empty for nothing. */
export function warningText(warnings: readonly VertexWarning[], { color, expand, dockerfile }: WarningOptions): string {
  if (warnings.length === 0) return '';
  const found = warnings.length === 1 ? '1 warning found' : `${warnings.length} warnings found`;
  const head = `${found}${expand ? '' : ' (use docker --debug to expand)'}:\n`;
  const each = warnings.map((warning) => {
    const line = ` - ${warning.short}\n`;
    return expand ? `${line}${details(warning, dockerfile)}\n` : line;
  });
  return `\n ${color ? `\x1b[33m${head}\x1b[0m` : head}${each.join('')}`;
}

function details({ detail, url, range }: VertexWarning, dockerfile: WarningOptions['dockerfile']): string {
  const lines = [...detail, ...(url === '' ? [] : [`More info: ${url}`])].map((line) => `${line}\n`).join('');
  return lines + (dockerfile ? excerptOf(dockerfile, range) : '');
}

/** The lines that a finding is about. */
export function excerptOf(
  { name, text }: { readonly name: string; readonly text: string },
  { start, end }: VertexWarning['range'],
): string {
  const place = (line: number) => ({ line, column: 1 });
  return formatExcerpt(name, text, { start: place(start), end: place(end) });
}
