import { gzipSync } from 'node:zlib';

interface InitrdFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly data: Uint8Array;
}

const directoryBits = 0o040000;
const fileBits = 0o100000;

/** A gzip-compressed cpio archive in the kernel's `newc` form (Documentation/driver-api/early-userspace/buffer-format.rst). */
export function initrd(directories: readonly string[], files: readonly InitrdFile[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let inode = 1;
  for (const path of directories) parts.push(...entry(path, directoryBits | 0o755, new Uint8Array(0), inode++));
  for (const { path, mode, data } of files) parts.push(...entry(path, fileBits | mode, data, inode++));
  parts.push(...entry('TRAILER!!!', 0, new Uint8Array(0), 0));
  return gzipSync(Buffer.concat(parts), { level: 9 });
}

function entry(path: string, mode: number, data: Uint8Array, inode: number): Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [head, name, padding(head.length + name.length), data, padding(data.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3);
}
