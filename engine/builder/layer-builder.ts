import { FileSystemError } from '../files/file-system-error.ts';
import type { Directory, FileNode, Metadata } from '../files/node.ts';
import { type PathView, type ResolvedPath, resolvePath } from '../files/path.ts';
import { BuildError } from './errors.ts';

/** Anything but a directory. */
export type Leaf = Exclude<FileNode, Directory>;

/** A directory that the new layer has, over the one that the layers below have. */
interface UpperDirectory {
  readonly kind: 'upper';
  metadata: Metadata;
  readonly lower: Directory | undefined;
  readonly children: Map<string, UpperDirectory | Leaf>;
}

type Node = FileNode | UpperDirectory;

const view: PathView<Node> = {
  isDirectory,
  child: childOf,
  linkTarget: (node) => (node.kind === 'symlink' ? node.target : undefined),
};

function isDirectory(node: Node): node is Directory | UpperDirectory {
  return node.kind === 'directory' || node.kind === 'upper';
}

function childOf(directory: Node, name: string): Node | undefined {
  if (directory.kind === 'directory') return directory.children.get(name);
  if (directory.kind !== 'upper') return undefined;
  return directory.children.get(name) ?? directory.lower?.children.get(name);
}

function upper(metadata: Metadata, lower?: Directory): UpperDirectory {
  const { mode, uid, gid, mtime, xattrs } = metadata;
  const kept = { mode, uid, gid, mtime, ...(xattrs ? { xattrs } : {}) };
  return { kind: 'upper', metadata: kept, lower, children: new Map() };
}

/**
 * Gathers what a step adds to a root: as on overlayfs, a directory in which something changes is in the layer itself,
 * with the metadata that it has below. Paths are the root's; symbolic links in them are followed within it.
 */
export class LayerBuilder {
  readonly #root: UpperDirectory;

  constructor(root: Directory) {
    this.#root = upper(root, root);
  }

  /**
   * Where a path leads, its last component followed too. `node` is undefined if nothing is there.
   * @throws BuildError `file` if a directory on the way is missing or none
   */
  resolve(path: string): ResolvedPath<Node> {
    try {
      return resolvePath<Node>(view, this.#root, path, true);
    } catch (error) {
      if (!(error instanceof FileSystemError)) throw error;
      throw new BuildError('file', error.message, { cause: error });
    }
  }

  isDirectory(path: string): boolean {
    try {
      const { node } = resolvePath<Node>(view, this.#root, path, true);
      return node !== undefined && isDirectory(node);
    } catch (error) {
      if (error instanceof FileSystemError) return false;
      throw error;
    }
  }

  /**
   * Makes a directory and those above it that are missing; ones that are there stay as they are.
   * @returns its path without links
   * @throws BuildError `file` if something else is in the way
   */
  makeDirectories(path: string, metadata: Metadata): string {
    let place = '/';
    for (const name of path.split('/')) {
      if (name === '' || name === '.') continue;
      const resolved = this.resolve(`${place === '/' ? '' : place}/${name}`);
      if (!resolved.node) this.#make(resolved.path, metadata, metadata.mtime);
      else if (!isDirectory(resolved.node)) throw new BuildError('file', `mkdir ${resolved.path}: not a directory`);
      place = resolved.path;
    }
    return place;
  }

  /**
   * Makes a directory, or gives one that is there this metadata.
   * @param path without links; its parent exists
   * @param mtime seconds: when the directory above changes, if this one is new
   * @throws BuildError `file` if something else is there
   */
  putDirectory(path: string, metadata: Metadata, mtime: number): void {
    const existing = this.#at(path);
    if (!existing) this.#make(path, metadata, mtime);
    else if (!isDirectory(existing)) throw new BuildError('file', `cannot copy to non-directory: ${path}`);
    else this.#open(path).metadata = upper(metadata).metadata;
  }

  /**
   * Puts a file, link or device at a path, replacing one that is there.
   * @param path without links; its parent exists
   * @param mtime seconds: when the directory above changes
   * @throws BuildError `file` if a directory is there
   */
  put(path: string, node: Leaf, mtime: number): void {
    const existing = this.#at(path);
    if (existing && isDirectory(existing)) {
      throw new BuildError('file', `cannot replace to directory ${path} with file`);
    }
    const { parent, name } = split(path);
    const directory = this.#open(parent);
    directory.metadata = { ...directory.metadata, mtime };
    directory.children.set(name, node);
  }

  #make(path: string, metadata: Metadata, mtime: number): void {
    const { parent, name } = split(path);
    const directory = this.#open(parent);
    directory.metadata = { ...directory.metadata, mtime };
    directory.children.set(name, upper(metadata));
  }

  #at(path: string): Node | undefined {
    return resolvePath<Node>(view, this.#root, path, false).node;
  }

  /** The layer's own directory at a path, copied up from below if need be. */
  #open(path: string): UpperDirectory {
    let directory = this.#root;
    for (const name of path.split('/')) {
      if (name === '') continue;
      const child = childOf(directory, name);
      if (!child || !isDirectory(child)) throw new BuildError('file', `mkdir ${path}: not a directory`);
      const opened = child.kind === 'upper' ? child : upper(child, child);
      directory.children.set(name, opened);
      directory = opened;
    }
    return directory;
  }

  /** What was gathered, as a layer's tree. */
  finish(): Directory {
    return toDirectory(this.#root);
  }
}

function toDirectory(directory: UpperDirectory): Directory {
  const children = new Map<string, FileNode>();
  for (const [name, node] of directory.children) children.set(name, node.kind === 'upper' ? toDirectory(node) : node);
  return { kind: 'directory', ...directory.metadata, children };
}

function split(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { parent: path.slice(0, slash) || '/', name: path.slice(slash + 1) };
}
