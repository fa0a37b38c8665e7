import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
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
  const node = read(path);
  if (!node) throw new Error(`${path}: not a file, folder or symbolic link`);
  return node;
}

/** Not asynchronous: a command line has nothing else to do meanwhile, and a small file takes fifteen times as long so. */
function read(path: string): FileNode | undefined {
  const stats = lstatSync(path);
  if (stats.isFile()) return { ...metadataOf(stats), kind: 'file', data: readBytes(path) };
  if (stats.isSymbolicLink()) return { ...metadataOf(stats), kind: 'symlink', target: readlinkSync(path) };
  if (!stats.isDirectory()) return undefined;
  const children = new Map<string, FileNode>();
  for (const name of readdirSync(path).sort()) {
    const child = read(join(path, name));
    if (child) children.set(name, child);
  }
  return { ...metadataOf(stats), kind: 'directory', children };
}

function metadataOf({ mode, uid, gid, mtimeMs }: Stats): Metadata {
  return { mode: mode & PERMISSIONS, uid, gid, mtime: mtimeMs / 1000 };
}

/** A plain view: Buffer's own slice() and friends differ from the standard's. */
function readBytes(path: string): Uint8Array {
  const { buffer, byteOffset, length } = readFileSync(path);
  return new Uint8Array(buffer, byteOffset, length);
}
