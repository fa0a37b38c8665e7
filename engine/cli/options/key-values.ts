import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';

/** Lines of `--env-file` and `--label-file` without blank ones and comments. Throws CliError. */
async function fileLines(session: Session, path: string): Promise<readonly string[]> {
  let bytes: Uint8Array;
  try {
    bytes = await session.context.files.read(session.resolve(path));
  } catch (error) {
    throw new CliError(`open ${path}: no such file or directory`, 1, { cause: error });
  }
  const lines = new TextDecoder()
    .decode(bytes)
    .replace(/^\ufeff/, '')
    .split('\n');
  return lines
    .map((line) => line.trimStart().replace(/\r$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * `--env-file` and `-e` as the API wants them, files first. A name alone takes its value from the command's own
 * environment, and is left out if it has none there. Throws CliError.
 */
export async function environment(
  session: Session,
  flags: { readonly env: readonly string[]; readonly 'env-file': readonly string[] },
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const path of flags['env-file']) {
    for (const line of await fileLines(session, path)) {
      const name = line.split('=', 1)[0] ?? '';
      if (/\s/.test(name)) throw new CliError(`invalid env file (${path}): variable '${name}' contains whitespaces`);
      if (name === '') throw new CliError(`invalid env file (${path}): no variable name on line '${line}'`);
      lines.push(line);
    }
  }
  return [...lines, ...flags.env].flatMap((entry) => {
    if (entry.includes('=')) return [entry];
    const value = session.context.env[entry];
    return value === undefined ? [] : [`${entry}=${value}`];
  });
}

/** `--label-file` and `--label`. A key alone has an empty value. */
export async function labels(
  session: Session,
  flags: { readonly label: readonly string[]; readonly 'label-file': readonly string[] },
): Promise<Record<string, string>> {
  const lines: string[] = [];
  for (const path of flags['label-file']) lines.push(...(await fileLines(session, path)));
  return keyValues([...lines, ...flags.label]);
}

export function keyValues(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const equals = entry.indexOf('=');
      return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}
