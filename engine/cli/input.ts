import type { Session } from './command.ts';
import { CliError } from './errors.ts';

/** A file that is sent to the engine whole. @throws CliError as Go says that it cannot be read */
export async function inputFile({ context, resolve }: Session, name: string): Promise<Uint8Array> {
  const path = resolve(name);
  const stat = await context.files.stat(path);
  if (!stat) throw new CliError(`open ${name}: no such file or directory`);
  if (stat.kind === 'directory') throw new CliError(`read ${name}: is a directory`);
  return context.files.read(path);
}

export async function inputStream({ context }: Session): Promise<Uint8Array> {
  return new Uint8Array(await new Response(context.stdin as BodyInit).arrayBuffer());
}
