import type { FileNode } from '../files/node.ts';
import { sha256 } from '../image/digest.ts';
import type { CopySource } from './copy-sources.ts';

/** By the bytes themselves: a file that several steps copy is hashed once. */
const known = new WeakMap<Uint8Array, Promise<string>>();

function digestOf(bytes: Uint8Array): Promise<string> {
  let digest = known.get(bytes);
  if (!digest) {
    digest = sha256(bytes);
    known.set(bytes, digest);
  }
  return digest;
}

/**
 * What the cache must know of files to be copied, by path: kind, mode, owner and content, and not the time, so that
 * touching a file keeps the cache. Paths are those of the sources, without the leading slash.
 * @param withOwner false where the owner is replaced anyway
 * @param from the stage or image that the sources are of, to be told with the paths
 */
export async function describeSources(
  sources: readonly CopySource[],
  withOwner: boolean,
  from?: string,
): Promise<ReadonlyMap<string, string>> {
  const described = new Map<string, string>();
  const origin = from === undefined ? '' : ` from ${from}`;
  const visit = async (node: FileNode, path: string, digest?: string): Promise<void> => {
    const owner = withOwner ? ` ${node.uid}:${node.gid}` : '';
    const attributes = [...(node.xattrs ?? [])].map(([name, value]) => ` ${name}=${value.join()}`).join('');
    described.set(
      (path || '.') + origin,
      `${node.kind} ${node.mode.toString(8)}${owner}${attributes} ${digest ?? (await contentOf(node))}`,
    );
    if (node.kind !== 'directory') return;
    const prefix = path && `${path}/`;
    await Promise.all([...node.children].map(([name, child]) => visit(child, prefix + name)));
  };
  for (const { node, path, later } of sources) await visit(node, path.replace(/^\//, ''), later?.digest);
  return new Map([...described].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function contentOf(node: FileNode): Promise<string> {
  if (node.kind === 'file') return digestOf(node.data);
  if (node.kind === 'symlink') return node.target;
  return node.kind === 'character-device' || node.kind === 'block-device' ? `${node.major}:${node.minor}` : '';
}
