import type { FileStat } from '../context.ts';
import { CliError } from '../errors.ts';
import { csvFields } from '../options/csv-fields.ts';

/** `--output`, read. `path` is as given. */
export type OutputOption =
  | { readonly kind: 'image'; readonly push: boolean; readonly names: readonly string[] }
  | { readonly kind: 'none' }
  /** Files below a directory: of the image, or of an archive of it. */
  | { readonly kind: 'directory'; readonly type: 'directory' | 'docker' | 'oci'; readonly path: string }
  /** One tar; `-` is standard output. */
  | { readonly kind: 'file'; readonly type: 'tarball' | 'docker' | 'oci'; readonly path: string };

const IMAGE = { kind: 'image', push: false, names: [] } as const;

/**
 * Reads `--output`, `--load` and `--push`: at most one of them says what becomes of the build.
 * @param exists what is at a path
 * @param stdoutIsConsole then no tar is written there
 * Throws CliError in buildx's words.
 */
export async function outputOption(
  flags: { readonly output: readonly string[]; readonly load: boolean; readonly push: boolean },
  exists: (path: string) => Promise<FileStat | undefined>,
  stdoutIsConsole: boolean,
): Promise<OutputOption> {
  if (flags.output.length > 1) {
    throw new CliError('multiple outputs are not supported by this engine, please use a single output');
  }
  const [text] = flags.output;
  if (text === undefined) return flags.push ? { ...IMAGE, push: true } : IMAGE;
  if (flags.push || flags.load) throw new CliError('push and load may not be set together with --output here');
  const { type, attributes, dest } = parse(text);
  switch (type) {
    case 'image':
    case 'registry': {
      const names = (attributes.get('name') ?? '').split(',').filter((name) => name !== '');
      return { kind: 'image', push: type === 'registry' || isTrue(attributes.get('push')), names };
    }
    case 'cacheonly':
      return { kind: 'none' };
    case 'local':
      return { kind: 'directory', type: 'directory', path: await directoryOf(type, dest, exists) };
    case 'tar':
      return { kind: 'file', type: 'tarball', path: await fileOf(type, dest, exists, stdoutIsConsole) };
    case 'docker':
      if (dest === '') return IMAGE;
      return archive(type, attributes, dest, exists, stdoutIsConsole);
    case 'oci':
      return archive(type, attributes, dest, exists, stdoutIsConsole);
    default:
      throw new CliError(`exporter ${JSON.stringify(type)} could not be found`);
  }
}

function parse(text: string) {
  const fields = csvFields(text);
  // A path alone is a directory, or standard output.
  if (fields.length === 1 && fields[0]?.[1] === undefined) {
    return { type: text === '-' ? 'tar' : 'local', dest: text, attributes: new Map<string, string>() };
  }
  const attributes = new Map<string, string>();
  for (const [key, value] of fields) {
    if (value === undefined) throw new CliError(`invalid value ${text}`);
    attributes.set(key, value);
  }
  const type = attributes.get('type');
  if (!type) throw new CliError('type is required for output');
  return { type, dest: attributes.get('dest') ?? '', attributes };
}

async function archive(
  type: 'docker' | 'oci',
  attributes: ReadonlyMap<string, string>,
  dest: string,
  exists: (path: string) => Promise<FileStat | undefined>,
  stdoutIsConsole: boolean,
): Promise<OutputOption> {
  const tar = attributes.get('tar');
  if (tar === undefined || isTrue(tar)) {
    return { kind: 'file', type, path: await fileOf(type, dest, exists, stdoutIsConsole) };
  }
  return { kind: 'directory', type, path: await directoryOf(type, dest, exists) };
}

async function directoryOf(
  type: string,
  dest: string,
  exists: (path: string) => Promise<FileStat | undefined>,
): Promise<string> {
  if (dest === '') throw new CliError(`dest is required for ${type} exporter`);
  if (dest === '-') throw new CliError(`dest cannot be stdout for ${type} exporter`);
  const stat = await exists(dest);
  if (stat && stat.kind !== 'directory') throw new CliError(`destination directory ${dest} is a file`);
  return dest;
}

async function fileOf(
  type: string,
  dest: string,
  exists: (path: string) => Promise<FileStat | undefined>,
  stdoutIsConsole: boolean,
): Promise<string> {
  if (dest === '' || dest === '-') {
    if (!stdoutIsConsole) return '-';
    throw new CliError(`dest file is required for ${type} exporter. refusing to write to console`);
  }
  if ((await exists(dest))?.kind === 'directory') throw new CliError(`destination file ${dest} is a directory`);
  return dest;
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text);
}
