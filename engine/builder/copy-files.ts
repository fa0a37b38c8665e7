import type { Directory, FileNode, Metadata, RegularFile } from '../files/node.ts';
import type { ModeChange } from './chmod.ts';
import type { CopySource, ParentsSource } from './copy-sources.ts';
import type { LayerBuilder, Leaf } from './layer-builder.ts';
import { baseName, cleanAbsolute, parentPath } from './paths.ts';
import type { Owner } from './users.ts';

export interface CopyOptions {
  /** Undefined keeps the source's. Directories made on the way are this owner's, or root's. */
  readonly owner: Owner | undefined;
  readonly mode: ModeChange | undefined;
  /** Whole seconds: the time of directories made on the way. */
  readonly now: number;
  /** Seconds: given to everything instead of its own time. */
  readonly epoch: number | undefined;
}

/** Copies sources into a layer as COPY does. Hard links within a source stay hard links, those between sources do not. */
export class Copier {
  readonly #layer: LayerBuilder;
  readonly #options: CopyOptions;
  #copied = new Map<RegularFile, RegularFile>();

  constructor(layer: LayerBuilder, options: CopyOptions) {
    this.#layer = layer;
    this.#options = options;
  }

  /**
   * A directory's contents go into `destination`; anything else goes to it, or into it if it is a directory or ends
   * in a slash. Missing directories are made (Dockerfile reference, "COPY", "Destination").
   * @param destination absolute
   * @throws BuildError `file`
   */
  copy(source: CopySource, destination: string): void {
    this.#copied = new Map();
    if (source.node.kind === 'directory') {
      this.copyContents(source.node, this.makeDirectories(destination));
      return;
    }
    const into = destination.endsWith('/') || this.#layer.isDirectory(destination);
    const name = into ? source.name : baseName(destination);
    const directory = this.makeDirectories(into ? destination : parentPath(cleanAbsolute(destination)));
    const path = this.#layer.resolve(`${directory === '/' ? '' : directory}/${name}`).path;
    this.#layer.put(path, this.#leaf(source.node), this.#options.now);
  }

  /** Copies with the directories above it, below `destination`. @throws BuildError `file` */
  copyWithParents(source: ParentsSource, destination: string): void {
    let directory = this.makeDirectories(destination);
    const parents = source.parents.map(({ path, node }) => {
      directory = `${directory === '/' ? '' : directory}/${baseName(path)}`;
      return { path: directory, metadata: this.#metadata(node) };
    });
    for (const { path, metadata } of parents) this.#layer.putDirectory(path, metadata, this.#options.now);
    if (source.name === '' && source.node.kind === 'directory') this.copyContents(source.node, directory);
    else this.#copyChild(source.node, `${directory === '/' ? '' : directory}/${source.name}`);
    // Again, because filling them has changed their times.
    for (const { path, metadata } of parents) this.#layer.putDirectory(path, metadata, this.#options.now);
  }

  /** @returns the directory's path without links */
  makeDirectories(path: string): string {
    const { now, owner = { uid: 0, gid: 0 } } = this.#options;
    return this.#layer.makeDirectories(path, { mode: 0o755, ...owner, mtime: now });
  }

  /** @param path of a directory in the layer, without links */
  copyContents(source: Directory, path: string): void {
    for (const name of [...source.children.keys()].sort()) {
      const node = source.children.get(name);
      if (node) this.#copyChild(node, `${path === '/' ? '' : path}/${name}`);
    }
  }

  #copyChild(node: FileNode, path: string): void {
    if (node.kind !== 'directory') {
      this.#layer.put(path, this.#leaf(node), this.#options.now);
      return;
    }
    this.#layer.putDirectory(path, this.#metadata(node), this.#options.now);
    this.copyContents(node, path);
    // Again, because filling it has changed its time.
    this.#layer.putDirectory(path, this.#metadata(node), this.#options.now);
  }

  #leaf(node: FileNode): Leaf {
    if (node.kind === 'directory') throw new TypeError('a directory is not copied as a file');
    if (node.kind !== 'file') return { ...node, ...this.#metadata(node) };
    let copy = this.#copied.get(node);
    if (!copy) {
      copy = { ...node, ...this.#metadata(node) };
      this.#copied.set(node, copy);
    }
    return copy;
  }

  #metadata(node: FileNode): Metadata {
    const { owner, mode, epoch } = this.#options;
    const changed = mode && node.kind !== 'symlink' ? mode(node.mode, node.kind === 'directory') : node.mode;
    return {
      mode: changed,
      uid: owner?.uid ?? node.uid,
      gid: owner?.gid ?? node.gid,
      // Docker's layers have whole seconds.
      mtime: epoch ?? Math.floor(node.mtime),
      ...(node.xattrs ? { xattrs: node.xattrs } : {}),
    };
  }
}
