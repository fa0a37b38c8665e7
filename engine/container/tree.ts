import type { Directory } from '../files/node.ts';
import { lookup } from '../files/tree.ts';

/** A regular file's text, links followed inside the tree; undefined if there is no such file. */
export function readTextFile(root: Directory, path: string): string | undefined {
  const node = lookup(root, path);
  return node?.kind === 'file' ? new TextDecoder().decode(node.data) : undefined;
}
