import type { Directory, RegularFile } from '../../files/node.ts';
import { type Digest, hexOf } from '../digest.ts';

/** OCI image-spec, image-layout.md. */
export const LAYOUT_FILE = 'oci-layout';
export const INDEX_FILE = 'index.json';
/** Docker's own list of the images in an archive. */
export const MANIFEST_FILE = 'manifest.json';
/** The full name, as containerd and Docker write it; `org.opencontainers.image.ref.name` has the tag alone. */
export const NAME_ANNOTATION = 'io.containerd.image.name';
export const REF_ANNOTATION = 'org.opencontainers.image.ref.name';

export function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/**
 * The file at a path in an archive's tree. Follows symlinks, as older archives repeat a layer by one.
 */
export function fileAt(root: Directory, path: string): RegularFile | undefined {
  let pending = path.split('/');
  let stack: Directory[] = [root];
  // A bound on symlinks, and so on loops of them.
  for (let steps = 0; steps < 256; steps++) {
    const name = pending.shift();
    if (name === undefined) return undefined;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      stack = stack.length > 1 ? stack.slice(0, -1) : stack;
      continue;
    }
    const node = stack.at(-1)?.children.get(name);
    if (node?.kind === 'directory') {
      stack = [...stack, node];
    } else if (node?.kind === 'symlink') {
      if (node.target.startsWith('/')) stack = [root];
      pending = [...node.target.split('/'), ...pending];
    } else {
      return node?.kind === 'file' && pending.length === 0 ? node : undefined;
    }
  }
  return undefined;
}
