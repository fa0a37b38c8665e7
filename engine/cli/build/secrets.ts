import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { csvFields } from '../options/csv-fields.ts';

/** BuildKit's, in bytes. */
const LARGEST_SECRET = 500 * 1024;

interface SecretSpec {
  readonly id: string;
  readonly file: string;
  readonly variable: string;
}

/**
 * `--secret id=ID[,src=FILE|,env=VARIABLE]`, read. Without either, the variable of that name counts, or else the file.
 * Throws CliError in buildx's words.
 */
export async function readSecrets(
  session: Session,
  specs: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const secrets = new Map<string, Uint8Array>();
  for (const spec of specs) {
    const secret = parseSecret(spec);
    secrets.set(secret.id, await read(session, secret));
  }
  return secrets;
}

function parseSecret(text: string): SecretSpec {
  let [id, type, file, variable] = ['', '', '', ''];
  for (const [key, value, field] of csvFields(text)) {
    if (value === undefined) throw new CliError(`invalid field '${field}' must be a key=value pair`);
    if (key === 'id') id = value;
    else if (key === 'type') type = value;
    else if (key === 'source' || key === 'src') file = value;
    else if (key === 'env') variable = value;
    else throw new CliError(`unexpected key '${key}' in '${field}'`);
  }
  if (!['', 'file', 'env'].includes(type)) throw new CliError(`unsupported secret type ${JSON.stringify(type)}`);
  if (id === '') throw new CliError('secret missing ID');
  return type === 'env' && variable === '' ? { id, file: '', variable: file } : { id, file, variable };
}

async function read({ context, resolve }: Session, { id, file, variable }: SecretSpec): Promise<Uint8Array> {
  const name = file === '' && variable === '' && context.env[id] !== undefined ? id : variable;
  if (file === '' && name !== '') return new TextEncoder().encode(context.env[name] ?? '');
  const path = file || id;
  const stat = await context.files.stat(resolve(path));
  if (!stat) throw new CliError(`failed to stat ${path}: stat ${path}: no such file or directory`);
  if (stat.size > LARGEST_SECRET) throw new CliError(`secret ${id} too big. max size 500KB`);
  return context.files.read(resolve(path));
}
