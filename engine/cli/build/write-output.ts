import type { Directory } from '../../files/node.ts';
import { tarToTree } from '../../files/tar/index.ts';
import type { Session } from '../command.ts';
import type { OutputOption } from './output.ts';

/** Puts the tar that a build gave where `--output` wants it. */
export async function writeOutput(
  { context, out, resolve }: Session,
  output: Extract<OutputOption, { kind: 'directory' | 'file' }>,
  tar: Uint8Array,
): Promise<void> {
  if (output.kind === 'directory') {
    const tree: Directory = tarToTree(tar);
    await context.files.extract(resolve(output.path), tree);
  } else if (output.path === '-') await out.write(tar);
  else await context.files.write(resolve(output.path), tar);
}
