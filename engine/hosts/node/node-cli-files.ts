import { readFile, stat, writeFile } from 'node:fs/promises';
import type { CliFiles } from '../../cli/context.ts';
import { readTree } from './read-tree.ts';
import { writeTree } from './write-tree.ts';

/** The files of this computer, for `drydock docker`. */
export const nodeCliFiles: CliFiles = {
  async stat(path) {
    const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (!stats) return undefined;
    const kind = stats.isFile()
      ? 'file'
      : stats.isDirectory()
        ? 'directory'
        : stats.isCharacterDevice()
          ? 'character-device'
          : stats.isBlockDevice()
            ? 'block-device'
            : 'fifo';
    return { kind, size: stats.isFile() ? stats.size : 0, mode: stats.mode & 0o7777 };
  },
  read: async (path) => new Uint8Array(await readFile(path)),
  tree: readTree,
  write: (path, bytes) => writeFile(path, bytes),
  extract: writeTree,
};
