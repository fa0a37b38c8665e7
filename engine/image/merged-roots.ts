import type { Directory } from '../files/node.ts';
import type { Digest } from './digest.ts';
import { applyLayer, emptyRoot } from './layer.ts';

/** How many are kept. They share their files with the layers, so each costs its directories only. */
const KEPT = 16;

/**
 * Merged trees of stacks of layers, those asked for last. Every step of a build, every start and every exec asks for one,
 * mostly for the same as before or for one with a layer more on top: then only that layer is merged.
 */
export class MergedRoots {
  readonly #tree: (diffId: Digest) => Promise<Directory>;
  /** By the diff IDs in a row, bottom first; the one not asked for the longest is the first. */
  readonly #roots = new Map<string, Directory>();

  /** @param tree gives a layer in overlay form */
  constructor(tree: (diffId: Digest) => Promise<Directory>) {
    this.#tree = tree;
  }

  /** @param diffIds bottom first. Rejects as the function that gives the trees does */
  async get(diffIds: readonly Digest[]): Promise<Directory> {
    const stacks: string[] = [];
    for (const diffId of diffIds) stacks.push((stacks.at(-1) ?? '') + diffId);
    let known = stacks.length;
    while (known > 0 && !this.#roots.has(stacks[known - 1] ?? '')) known--;
    let root = this.#roots.get(stacks[known - 1] ?? '') ?? emptyRoot();
    for (const diffId of diffIds.slice(known)) root = applyLayer(root, await this.#tree(diffId));
    this.#keep(stacks.at(-1) ?? '', root);
    return root;
  }

  /** A layer is gone: what it is part of must not keep its bytes. */
  forget(diffId: Digest): void {
    for (const stack of this.#roots.keys()) if (stack.includes(diffId)) this.#roots.delete(stack);
  }

  #keep(stack: string, root: Directory): void {
    this.#roots.delete(stack);
    this.#roots.set(stack, root);
    for (const oldest of this.#roots.keys()) {
      if (this.#roots.size <= KEPT) break;
      this.#roots.delete(oldest);
    }
  }
}
