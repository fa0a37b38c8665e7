import type { Device, Directory, FileNode } from '../files/node.ts';

/** What overlayfs looks for in an upper or lower directory (Linux Documentation/filesystems/overlayfs.rst). */
export const OPAQUE_XATTR = 'trusted.overlay.opaque';
const YES = new Uint8Array([0x79]);

/** Says that a name of a lower layer is gone. */
export const WHITEOUT: Device = {
  kind: 'character-device',
  mode: 0,
  uid: 0,
  gid: 0,
  mtime: 0,
  major: 0,
  minor: 0,
};

export function isWhiteout(node: FileNode): boolean {
  return node.kind === 'character-device' && node.major === 0 && node.minor === 0;
}

/** True if the directory hides everything that lower layers have in it. */
export function isOpaque(directory: Directory): boolean {
  const value = directory.xattrs?.get(OPAQUE_XATTR);
  return value?.length === 1 && value[0] === YES[0];
}

export function withOpaque(xattrs: ReadonlyMap<string, Uint8Array> | undefined): ReadonlyMap<string, Uint8Array> {
  return new Map([...(xattrs ?? []), [OPAQUE_XATTR, YES]]);
}

/** Undefined when nothing else is left. */
export function withoutOpaque(
  xattrs: ReadonlyMap<string, Uint8Array> | undefined,
): ReadonlyMap<string, Uint8Array> | undefined {
  if (!xattrs?.has(OPAQUE_XATTR)) return xattrs;
  const rest = new Map([...xattrs].filter(([name]) => name !== OPAQUE_XATTR));
  return rest.size > 0 ? rest : undefined;
}
