import { CliError } from '../errors.ts';
import { TemplateError } from '../template/ast.ts';
import { compileTemplate, type Template } from '../template/execute.ts';
import { goJson } from '../template/functions.ts';
import { columns } from './columns.ts';

/** What a row's template may name; a function is a method, such as `{{.Label "x"}}`. */
export type Row = Readonly<Record<string, unknown>>;

export interface Listing {
  /** `--format` as given, or empty for {@link table}. */
  readonly format: string;
  /** The columns shown by default, such as `{{.ID}}\t{{.Image}}`. */
  readonly table: string;
  /** With `-q`: goes before any format. */
  readonly quiet?: string;
  /** Titles by field. */
  readonly headers: Row;
  readonly rows: readonly Row[];
  /** Go's name of a row, which Docker's errors show, such as `*formatter.ContainerContext`. */
  readonly type: string;
}

/** A list in one of Docker's formats: table, `table TEMPLATE`, json or a template. Throws CliError. */
export function renderListing(listing: Listing): string {
  const { asTable, source } = chooseFormat(listing);
  if (source === '{{json .}}' && !asTable) {
    return listing.rows.map((row) => `${jsonRow(row)}\n`).join('');
  }
  const template = compile(source, listing.type);
  try {
    const lines = listing.rows.map((row) => `${template.execute(withJson(row))}\n`).join('');
    if (!asTable) return lines;
    return columns(`${template.execute(listing.headers)}\n${lines}`);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`, 1, { cause: error });
  }
}

function chooseFormat({ format, table, quiet }: Listing): { readonly asTable: boolean; readonly source: string } {
  const unescaped = format.trim().replaceAll('\\t', '\t').replaceAll('\\n', '\n');
  if (quiet !== undefined && quiet !== '') return { asTable: false, source: quiet };
  if (unescaped === '' || unescaped === 'table') return { asTable: true, source: table };
  if (unescaped === 'raw') throw new CliError('the format "raw" is not available: name fields with a template');
  if (unescaped === 'json') return { asTable: false, source: '{{json .}}' };
  if (unescaped.startsWith('table')) return { asTable: true, source: unescaped.slice('table'.length).trim() };
  return { asTable: false, source: unescaped };
}

function compile(source: string, type: string): Template {
  try {
    return compileTemplate(source, { missing: missingField(type) });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`, 1, { cause: error });
  }
}

function missingField(type: string): (field: string) => string {
  return (field) => `can't evaluate field ${field} in type ${type}`;
}

/** Tries `--format` on a made-up row, so that a mistake shows even when there is nothing to list. Throws CliError. */
export function tryFormat(format: string, row: Row, type: string): void {
  const { source } = chooseFormat({ format, table: '', headers: {}, rows: [], type });
  const words = { parse: 'failed to parse template: ', execute: 'failed to execute template: ' };
  try {
    compileTemplate(source, { missing: missingField(type) }).execute(withJson(row));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(words[error.code] + error.message, 1, { cause: error });
  }
}

/** `{{json .}}` gives the fields by name and leaves methods out. */
function jsonRow(row: Row): string {
  const fields = Object.entries(row).filter(([, value]) => typeof value !== 'function');
  return goJson(Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function withJson(row: Row): Row {
  return Object.defineProperty({ ...row }, 'toJSON', { value: () => JSON.parse(jsonRow(row)), enumerable: false });
}
