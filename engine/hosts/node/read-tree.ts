import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileNode, Metadata } from '../../files/node.ts';

/** The permission bits of a `st_mode`. */
const PERMISSIONS = 0o7777;

/**
 * Reads a path of this computer as an immutable tree. Sockets and devices are left out: no build context has a use for
 * them, and Docker's client leaves sockets out too.
 * @throws the error of node:fs
 */
export async function readTree(path: string): Promise<FileNode> {
  const node = await read(path);
  if (!node) throw new Error(`${path}: not a file, folder or symbolic link`);
  return node;
}

async function read(path: string): Promise<FileNode | undefined> {
  const stats = await lstat(path);
  const metadata: Metadata = {
    mode: stats.mode & PERMISSIONS,
    uid: stats.uid,
    gid: stats.gid,
    mtime: stats.mtimeMs / 1000,
  };
  if (stats.isFile()) return { ...metadata, kind: 'file', data: new Uint8Array(await readFile(path)) };
  if (stats.isSymbolicLink()) return { ...metadata, kind: 'symlink', target: await readlink(path) };
  if (!stats.isDirectory()) return undefined;
  const children = new Map<string, FileNode>();
  for (const name of (await readdir(path)).sort()) {
    const child = await read(join(path, name));
    if (child) children.set(name, child);
  }
  return { ...metadata, kind: 'directory', children };
}
