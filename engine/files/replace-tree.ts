import type { DirectoryInode, Inode, NewInode } from './inode.ts';
import type { Caller, InodeStore } from './inode-store.ts';
import type { Directory, FileNode } from './node.ts';
import { fromSeconds, toSeconds } from './timestamp.ts';

/** Makes a directory of a store equal to a tree, touching only what differs. See `MemoryFileSystem.replaceWith`. */
export function replaceTree(store: InodeStore, directory: DirectoryInode, tree: Directory): void {
  new Replacement(store).run(directory, tree);
}

class Replacement {
  readonly #store: InodeStore;
  /** Which inode each placed node became, so that one node under two names stays one file. */
  readonly #placed = new Map<FileNode, Inode>();
  readonly #taken = new Set<Inode>();
  /** Directories whose children are still to be placed. */
  readonly #pending: (readonly [DirectoryInode, Directory])[] = [];

  constructor(store: InodeStore) {
    this.#store = store;
  }

  run(root: DirectoryInode, tree: Directory): void {
    this.#pending.push([root, tree]);
    const placed: (readonly [DirectoryInode, Directory])[] = [];
    for (let task = this.#pending.pop(); task; task = this.#pending.pop()) {
      const [inode, node] = task;
      for (const name of [...inode.entries.keys()]) {
        if (!node.children.has(name)) this.#remove(inode, name);
      }
      for (const [name, child] of node.children) this.#place(inode, name, child);
      placed.push(task);
    }
    // Last, because placing children changes a directory's own time.
    for (const [inode, node] of placed) this.#setMetadata(inode, node);
  }

  #place(directory: DirectoryInode, name: string, node: FileNode): void {
    const existing = directory.entries.get(name)?.inode;
    const linked = node.kind === 'directory' ? undefined : this.#placed.get(node);
    if (linked !== undefined) {
      if (existing === linked) return;
      if (existing !== undefined) this.#remove(directory, name);
      this.#store.link(directory, name, linked, 'host');
      return;
    }
    if (existing !== undefined && !this.#taken.has(existing) && this.#update(existing, node)) {
      this.#claim(node, existing);
      return;
    }
    if (existing !== undefined) this.#remove(directory, name);
    const made = this.#store.create(directory, name, newInode(node), node.mode, owner(node));
    this.#claim(node, made);
    if (made.kind === 'directory' && node.kind === 'directory') this.#pending.push([made, node]);
  }

  #claim(node: FileNode, inode: Inode): void {
    this.#placed.set(node, inode);
    this.#taken.add(inode);
  }

  /** Makes an inode equal to a node, if they are of one kind; false if it must be made anew. */
  #update(inode: Inode, node: FileNode): boolean {
    if (inode.kind === 'directory' && node.kind === 'directory') {
      this.#pending.push([inode, node]);
      return true;
    }
    if (inode.kind === 'file' && node.kind === 'file') {
      if (inode.snapshot === node) return true;
      if (!equalBytes(inode.content.view(0, inode.content.size), node.data)) {
        this.#store.replaceContent(inode, node.data, 'host');
      }
      this.#setMetadata(inode, node);
      return true;
    }
    if (!sameLeaf(inode, node)) return false;
    this.#setMetadata(inode, node);
    return true;
  }

  #setMetadata(inode: Inode, node: FileNode): void {
    const { mode, uid, gid } = node;
    if (
      inode.mode !== mode ||
      inode.uid !== uid ||
      inode.gid !== gid ||
      Math.abs(toSeconds(inode.mtime) - node.mtime) > 1e-6
    ) {
      this.#store.setAttributes(inode, { mode, uid, gid, mtime: fromSeconds(node.mtime) }, 'host');
    }
    for (const [name, value] of node.xattrs ?? []) {
      const present = inode.xattrs?.get(name);
      if (!present || !equalBytes(present, value)) this.#store.setXattr(inode, name, value, undefined, 'host');
    }
    for (const name of inode.xattrs?.keys() ?? []) {
      if (!node.xattrs?.has(name)) this.#store.setXattr(inode, name, undefined, undefined, 'host');
    }
  }

  #remove(directory: DirectoryInode, name: string): void {
    const open = [{ directory, name }];
    for (let last = open.at(-1); last; last = open.at(-1)) {
      const inode = last.directory.entries.get(last.name)?.inode;
      if (inode?.kind !== 'directory') this.#store.unlink(last.directory, last.name, 'host');
      else {
        const below = inode.entries.keys().next();
        if (!below.done) {
          open.push({ directory: inode, name: below.value });
          continue;
        }
        this.#store.rmdir(last.directory, last.name, 'host');
      }
      open.pop();
    }
  }
}

/** Whether an inode that is neither file nor directory needs only its metadata set to equal a node. */
function sameLeaf(inode: Inode, node: FileNode): boolean {
  if (inode.kind === 'symlink') return node.kind === 'symlink' && inode.target === node.target;
  if (inode.kind === 'fifo') return node.kind === 'fifo';
  if (inode.kind !== 'character-device' && inode.kind !== 'block-device') return false;
  return inode.kind === node.kind && inode.major === node.major && inode.minor === node.minor;
}

const owner = ({ uid, gid }: FileNode): Caller => ({ origin: 'host', uid, gid });

function newInode(node: FileNode): NewInode {
  const mtime = fromSeconds(node.mtime);
  const common = node.xattrs ? { mtime, xattrs: node.xattrs } : { mtime };
  switch (node.kind) {
    case 'file':
      return { kind: 'file', data: node.data, ...common };
    case 'directory':
      return { kind: 'directory', ...common };
    case 'symlink':
      return { kind: 'symlink', target: node.target, ...common };
    case 'fifo':
      return { kind: 'fifo', ...common };
    case 'character-device':
    case 'block-device':
      return { kind: node.kind, major: node.major, minor: node.minor, ...common };
  }
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one === other || (one.length === other.length && one.every((byte, index) => byte === other[index]));
}
