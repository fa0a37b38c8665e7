import type { MemoryFileSystem } from '../files/memory-file-system.ts';
import type { Directory } from '../files/node.ts';

/** Milliseconds without a change after which a workspace counts as what its owner wants. `rm -rf` is never that slow. */
const SETTLED_AFTER = 1000;

export interface WorkspaceKeeper {
  /** Brings back the files of an emptied workspace; leaves one that holds anything as it is. */
  restore(): void;
  stop(): void;
}

/**
 * Remembers the workspace as it last stood still with something in it: `rm -rf /` on the host takes the learner's files
 * too, and a restart of the machine promises them back.
 */
export function keepWorkspace(workspace: MemoryFileSystem): WorkspaceKeeper {
  let kept = treeOf(workspace);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = () => {
    const tree = treeOf(workspace);
    if (tree.children.size > 0) kept = tree;
  };
  const unsubscribe = workspace.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(keep, SETTLED_AFTER);
  });
  return {
    restore() {
      if (treeOf(workspace).children.size === 0) workspace.replaceWith(kept);
    },
    stop() {
      clearTimeout(timer);
      unsubscribe();
    },
  };
}

function treeOf(workspace: MemoryFileSystem): Directory {
  const root = workspace.toTree('/');
  if (root.kind !== 'directory') throw new Error('unreachable: the root is a directory');
  return root;
}
