import type { Inspection } from '../../builder/check.ts';
import { columns } from '../format/columns.ts';
import { excerptOf } from './warnings.ts';

export type Call = 'check' | 'outline' | 'targets';

/** What `docker build --call` prints of a Dockerfile, as buildx does. */
export function inspectionText(
  inspection: Inspection,
  call: Call,
): { readonly text: string; readonly failed: boolean } {
  if (call === 'check') return checkText(inspection);
  const { error, outline, targets } = inspection;
  if (error && !outline) return { text: `${error.message}\n${error.excerpt ?? ''}`, failed: true };
  return { text: call === 'outline' ? outlineText(outline) : targetsText(targets), failed: false };
}

function checkText({ warnings, dockerfile, error }: Inspection): { readonly text: string; readonly failed: boolean } {
  const found = warnings.length === 1 ? '1 warning has been found!' : `${warnings.length} warnings have been found!`;
  const head = warnings.length > 0 ? `Check complete, ${found}\n` : '';
  const each = warnings.map(
    ({ rule, url, detail, range }) =>
      `\nWARNING: ${rule}${url ? ` - ${url}` : ''}\n${detail.join('\n')}\n${excerptOf(dockerfile, range)}`,
  );
  const reason = error ? `${warnings.length > 0 ? '\n' : ''}${error.message}\n${error.excerpt ?? ''}` : '';
  const fine = warnings.length === 0 && !error ? 'Check complete, no warnings found.\n' : '';
  return { text: head + each.join('') + reason + fine, failed: warnings.length > 0 || error !== undefined };
}

function outlineText(outline: Inspection['outline']): string {
  if (!outline) return '';
  const target = [
    `TARGET:\t${outline.name || '(default)'}`,
    ...(outline.description ? [`DESCRIPTION:\t${outline.description}`] : []),
  ];
  const args = outline.args.map(({ name, value, description }) => `${name}\t${value}\t${description}`);
  const secrets = outline.secrets.map(({ name, required }) => `${name}\t${required ? 'true' : ''}`);
  return [
    outline.name || outline.description ? table(target, 1) : '',
    args.length > 0 ? table(['BUILD ARG\tVALUE\tDESCRIPTION', ...args]) : '',
    secrets.length > 0 ? table(['SECRET\tREQUIRED', ...secrets]) : '',
  ]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('');
}

function targetsText(targets: Inspection['targets'] = []): string {
  const rows = targets.map(({ name, default: isDefault, description }) => {
    const shown = [name, isDefault ? '(default)' : ''].filter((part) => part !== '').join(' ');
    return `${shown}\t${description}`;
  });
  return table(['TARGET\tDESCRIPTION', ...rows]);
}

function table(rows: readonly string[], padding = 3): string {
  return columns(rows.map((row) => `${row}\n`).join(''), 0, padding);
}
