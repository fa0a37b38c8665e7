import { chmod, link, lstat, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Directory, FileNode } from '../../files/node.ts';

/**
 * Writes a tree into a folder of this computer, which is made if it is missing. Nothing is written through a link that is
 * there already. Owners are this process's; devices and pipes are left out.
 * @throws the error of node:fs
 */
export async function writeTree(path: string, tree: Directory): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeChildren(path, tree, new Map());
}

async function writeChildren(path: string, tree: Directory, written: Map<FileNode, string>): Promise<void> {
  for (const [name, node] of tree.children) {
    const place = join(path, name);
    // A name of a tree is one component; this is the last place where another could do harm.
    if (dirname(place) !== path) throw new Error(`not a file name: ${JSON.stringify(name)}`);
    await write(place, node, written);
  }
}

async function write(place: string, node: FileNode, written: Map<FileNode, string>): Promise<void> {
  const before = await lstat(place).catch(() => undefined);
  if (node.kind === 'directory') {
    if (before && !before.isDirectory()) await rm(place);
    if (!before?.isDirectory()) await mkdir(place);
    await writeChildren(place, node, written);
    await chmod(place, node.mode);
    await utimes(place, node.mtime, node.mtime);
    return;
  }
  if (node.kind !== 'file' && node.kind !== 'symlink') return;
  if (before) await rm(place, { recursive: true });
  if (node.kind === 'symlink') return symlink(node.target, place);
  const first = written.get(node);
  if (first !== undefined) return link(first, place);
  written.set(node, place);
  await writeFile(place, node.data, { flag: 'wx' });
  await chmod(place, node.mode);
  await utimes(place, node.mtime, node.mtime);
}
