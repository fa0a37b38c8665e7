import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { FileNode, Metadata, RegularFile } from '../../files/node.ts';

/** The permission bits of a `st_mode`. */
const PERMISSIONS = 0o7777;

/**
 * Reads a path of this computer as an immutable tree, hard links kept. Sockets and devices are left out: no build context has a use for
 * them, and Docker's client leaves sockets out too.
 * @throws the error of node:fs
 */
export async function readTree(path: string): Promise<FileNode> {
  const node = read(path, new Map());
  if (!node) throw new Error(`${path}: not a file, folder or symbolic link`);
  return node;
}

/**
 * Not asynchronous: a command line has nothing else to do meanwhile, and a small file takes fifteen times as long so.
 * @param linked files with several names, by device and inode
 */
function read(path: string, linked: Map<string, RegularFile>): FileNode | undefined {
  const stats = lstatSync(path);
  if (stats.isFile()) return stats.nlink > 1 ? readLinked(path, stats, linked) : readFile(path, stats);
  if (stats.isSymbolicLink()) return { ...metadataOf(stats), kind: 'symlink', target: readlinkSync(path) };
  if (!stats.isDirectory()) return undefined;
  const children = new Map<string, FileNode>();
  for (const name of readdirSync(path).sort()) {
    const child = read(join(path, name), linked);
    if (child) children.set(name, child);
  }
  return { ...metadataOf(stats), kind: 'directory', children };
}

function readFile(path: string, stats: Stats): RegularFile {
  return { ...metadataOf(stats), kind: 'file', data: readBytes(path) };
}

function readLinked(path: string, stats: Stats, linked: Map<string, RegularFile>): RegularFile {
  const inode = `${stats.dev}:${stats.ino}`;
  const file = linked.get(inode) ?? readFile(path, stats);
  linked.set(inode, file);
  return file;
}

function metadataOf({ mode, uid, gid, mtimeMs }: Stats): Metadata {
  return { mode: mode & PERMISSIONS, uid, gid, mtime: mtimeMs / 1000 };
}

/** A plain view: Buffer's own slice() and friends differ from the standard's. */
function readBytes(path: string): Uint8Array {
  const { buffer, byteOffset, length } = readFileSync(path);
  return new Uint8Array(buffer, byteOffset, length);
}
