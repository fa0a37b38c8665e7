import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { reference } from '../references.ts';
import { readNamedContext } from './context.ts';

/**
 * `--build-context NAME=VALUE`, read: a folder's tar, or the name of an image (`docker-image://alpine`). Throws CliError.
 */
export async function readNamedContexts(
  session: Session,
  entries: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array | string>> {
  const contexts = new Map<string, Uint8Array | string>();
  for (const entry of entries) {
    const equals = entry.indexOf('=');
    if (equals < 0) throw new CliError(`invalid context value: ${entry}, expected key=value`);
    const [name, value] = [entry.slice(0, equals), entry.slice(equals + 1)];
    const scheme = /^([a-z+-]+):/.exec(value)?.[1];
    if (scheme === 'docker-image') {
      const image = value.replace(/^docker-image:(\/\/)?/, '');
      reference(image, `invalid context value: ${entry}: `);
      contexts.set(name, image);
    } else if (scheme !== undefined) {
      throw new CliError(`invalid context value: ${entry}: ${scheme} is not supported, a folder or docker-image:// is`);
    } else contexts.set(name, await readNamedContext(session, value));
  }
  return contexts;
}
