import type { TarEntry } from '../../../files/tar/index.ts';
import { parseControl } from '../packages/control.ts';
import type { UnpackedPackage } from '../packages/unpack.ts';

const encoder = new TextEncoder();

/** A member of a package's archive: a directory if its name ends in a slash, a file of this text otherwise. */
export function member(name: string, text = '', more: Partial<TarEntry> = {}): TarEntry {
  const type = name.endsWith('/') ? 'directory' : 'file';
  const mode = type === 'directory' ? 0o755 : 0o644;
  return { name, type, mode, uid: 0, gid: 0, mtime: 1000, data: encoder.encode(text), ...more };
}

/** A package as if unpacked from its file. */
export function testPackage(
  name: string,
  entries: readonly TarEntry[],
  { fields = '', members = [] }: { readonly fields?: string; readonly members?: readonly TarEntry[] } = {},
): UnpackedPackage {
  const control = `Package: ${name}\nVersion: 1:2.0-3\nArchitecture: i386\n${fields}Description: a test\n of things\n`;
  return {
    name,
    version: '1:2.0-3',
    fields: parseControl(control),
    members: new Map(members.map((each) => [each.name, each])),
    entries,
  };
}

/** A root's file by its path, as text; undefined if there is none. */
export function textAt(root: { at(path: string): { kind: string } | undefined }, path: string): string | undefined {
  const node = root.at(path) as { kind: string; data?: Uint8Array } | undefined;
  return node?.kind === 'file' ? new TextDecoder().decode(node.data) : undefined;
}
