import type { Directory, FileNode } from '../../../files/node.ts';

interface Growing {
  kind: 'directory';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  children: Map<string, FileNode>;
}

interface Access {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A tree still being filled, by paths without a leading slash. Missing directories on the way are made: 0755, root. */
export class RootBuilder {
  readonly #mtime: number;
  readonly #root: Growing;

  /** @param mtime seconds since the epoch, for all directories and what is not put here with a time of its own */
  constructor(mtime: number) {
    this.#mtime = mtime;
    this.#root = this.#newDirectory();
  }

  /** Makes a directory, or gives one that is there this access. */
  directory(path: string, access: Access = {}): this {
    Object.assign(this.#at(path), access);
    return this;
  }

  /** Changes the access of a file that is there. */
  access(path: string, access: Access): this {
    const node = this.at(path);
    if (node?.kind !== 'file') throw new Error(`${path} is no file of this root`);
    return this.put(path, { ...node, ...access });
  }

  has(path: string): boolean {
    return this.at(path) !== undefined;
  }

  /** Symbolic links are not followed. */
  at(path: string): FileNode | undefined {
    let node: FileNode | undefined = this.#root;
    for (const name of path.split('/')) node = node?.kind === 'directory' ? node.children.get(name) : undefined;
    return node;
  }

  file(path: string, data: Uint8Array | string, access: Access = {}): this {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    const { mode = 0o644, uid = 0, gid = 0 } = access;
    return this.put(path, { kind: 'file', mode, uid, gid, mtime: this.#mtime, data: bytes });
  }

  symlink(path: string, target: string): this {
    return this.put(path, { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: this.#mtime, target });
  }

  remove(path: string): this {
    const slash = path.lastIndexOf('/');
    this.#at(path.slice(0, Math.max(slash, 0))).children.delete(path.slice(slash + 1));
    return this;
  }

  put(path: string, node: Exclude<FileNode, Directory>): this {
    const slash = path.lastIndexOf('/');
    this.#at(path.slice(0, Math.max(slash, 0))).children.set(path.slice(slash + 1), node);
    return this;
  }

  /** All of a tree's files and symlinks. Modes but for executability, owners and times are ours, not the checkout's. */
  merge(tree: Directory, under = ''): this {
    for (const [name, node] of tree.children) {
      const path = under + name;
      if (node.kind === 'directory') this.merge(node, `${path}/`);
      else if (node.kind === 'file') this.file(path, node.data, { mode: node.mode & 0o100 ? 0o755 : 0o644 });
      else if (node.kind === 'symlink') this.symlink(path, node.target);
    }
    return this;
  }

  tree(): Directory {
    return this.#root;
  }

  #at(path: string): Growing {
    let here = this.#root;
    for (const name of path.split('/').filter(Boolean)) {
      const child = here.children.get(name);
      if (child && child.kind !== 'directory') throw new Error(`${path} goes through a file`);
      const next = (child as Growing | undefined) ?? this.#newDirectory();
      here.children.set(name, next);
      here = next;
    }
    return here;
  }

  #newDirectory(): Growing {
    return { kind: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: this.#mtime, children: new Map() };
  }
}
