import type { Directory, RegularFile } from '../../files/node.ts';
import { type Digest, hexOf, sha256 } from '../digest.ts';
import type { Descriptor } from '../documents.ts';
import { ImageError } from '../errors.ts';

/** OCI image-spec, image-layout.md. */
export const LAYOUT_FILE = 'oci-layout';
export const INDEX_FILE = 'index.json';
/** Docker's own list of the images in an archive. */
export const MANIFEST_FILE = 'manifest.json';
/** What versions of Docker before 1.10 looked for: a tag's topmost layer. */
export const REPOSITORIES_FILE = 'repositories';
/** The full name, as containerd and Docker write it; `org.opencontainers.image.ref.name` has the tag alone. */
export const NAME_ANNOTATION = 'io.containerd.image.name';
export const REF_ANNOTATION = 'org.opencontainers.image.ref.name';

/** As many symlinks as Linux follows in one path. */
const MAX_LINKS = 40;

export function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/**
 * The file at a path in an archive's tree. Follows symlinks, as older archives repeat a layer by one.
 * @throws ImageError `invalid` for a path, or a link on it, that leads out of the archive or round in circles
 */
export function fileAt(root: Directory, path: string): RegularFile | undefined {
  const pending = path.split('/').reverse();
  const stack: Directory[] = [root];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (stack.length === 1) throw new ImageError('invalid', `invalid archive: ${path} leads outside`);
      stack.pop();
      continue;
    }
    const node = stack.at(-1)?.children.get(name);
    if (node?.kind === 'directory') {
      stack.push(node);
    } else if (node?.kind === 'symlink') {
      if (++links > MAX_LINKS) throw new ImageError('invalid', `invalid archive: ${path} is a loop of symbolic links`);
      if (node.target.startsWith('/')) stack.length = 1;
      pending.push(...node.target.split('/').reverse());
    } else {
      return node?.kind === 'file' && pending.length === 0 ? node : undefined;
    }
  }
  return undefined;
}

/** @throws ImageError `invalid` if it is not there */
export function requireFile(root: Directory, path: string): Uint8Array {
  const file = fileAt(root, path);
  if (!file) throw new ImageError('invalid', `invalid archive: ${path} is missing`);
  return file.data;
}

/** A layout's blob, held against what names it. @throws ImageError `invalid`, `corrupt` */
export async function requireBlob(root: Directory, { digest, size }: Descriptor): Promise<Uint8Array> {
  const bytes = requireFile(root, blobPath(digest));
  if (bytes.length !== size) {
    throw new ImageError('corrupt', `blob ${digest} is damaged: it has ${bytes.length} bytes, not ${size}`);
  }
  const actual = await sha256(bytes);
  if (actual !== digest) {
    throw new ImageError('corrupt', `blob ${digest} is damaged: its bytes have the digest ${actual}`);
  }
  return bytes;
}
