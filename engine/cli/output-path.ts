import type { Session } from './command.ts';
import { CliError } from './errors.ts';

/**
 * Where `-o` of save and export writes, absolute, once it is clear that it can.
 * @param action such as `save image`: for the message
 * @throws CliError in Docker's words (its client writes beside the target, and moves that there when it is whole)
 */
export async function outputPath({ context, resolve }: Session, output: string, action: string): Promise<string> {
  const target = resolve(output);
  const { files } = context;
  const fail = (why: string): CliError => new CliError(`failed to ${action}: ${why}`);
  const existing = await files.stat(target);
  if (existing?.kind === 'directory') throw fail('cannot write to a directory');
  if (existing?.kind === 'character-device') throw fail('cannot write to a character device file');
  if (existing?.kind === 'block-device') throw fail('cannot write to a block device file');
  if (existing?.kind === 'fifo') throw fail('cannot write to a named pipe file');
  // `x/` is a file without a name in the folder `x`.
  const isFolder = output.endsWith('/');
  const shown = isFolder ? output.replace(/\/+$/, '') : output.replace(/\/?[^/]*$/, '');
  const folder = isFolder ? target : target.replace(/\/[^/]*$/, '') || '/';
  const kind = (await files.stat(folder))?.kind;
  if (kind === undefined) throw fail(`invalid output path: stat ${shown}: no such file or directory`);
  if (kind !== 'directory') throw fail(`invalid output path: stat ${shown}: not a directory`);
  return target;
}
