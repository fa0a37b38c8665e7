import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `use` with a folder of these files, which is gone afterwards. */
export async function withFolder<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-context-'));
  try {
    for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
