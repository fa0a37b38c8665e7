import { FileSystemError } from '../../files/file-system-error.ts';
import type { Directory, FileNode } from '../../files/node.ts';
import { textBytes } from '../../files/text.ts';
import { fromSeconds } from '../../files/timestamp.ts';
import { walk } from '../../files/tree.ts';
import type { NodeNumbers } from './node-numbers.ts';
import { fileTypeBits, qidType } from './protocol.ts';
import type { Capacity, ListedNode, NodeAttributes, Qid } from './served-node.ts';
import { ServedNode } from './served-node.ts';

type Leaf = Exclude<FileNode, Directory>;

/** What the nodes of one served tree share. */
export class LayerTree {
  readonly numbers: NodeNumbers;
  readonly root: LayerDirectory;
  /**
   * Numbers of this tree's files. Not the server's: one object in two trees must be two inodes, since overlayfs takes equal
   * inodes of two layers for one file.
   */
  readonly #leaves = new Map<Leaf, number>();
  readonly #linkCounts: ReadonlyMap<Leaf, number>;

  /** @param parent what `..` of the root leads to */
  constructor(numbers: NodeNumbers, tree: Directory, parent: ServedNode | undefined) {
    this.numbers = numbers;
    this.#linkCounts = countLinks(tree);
    this.root = new LayerDirectory(this, tree, parent);
  }

  leafQid(node: Leaf): Qid {
    let path = this.#leaves.get(node);
    if (path === undefined) {
      path = this.numbers.next();
      this.#leaves.set(node, path);
    }
    return { type: node.kind === 'symlink' ? qidType.symlink : qidType.file, version: 0, path };
  }

  linkCount(node: Leaf): number {
    return this.#linkCounts.get(node) ?? 1;
  }
}

/** Link counts of the files with several names. */
function countLinks(tree: Directory): ReadonlyMap<Leaf, number> {
  const once = new Set<Leaf>();
  const counts = new Map<Leaf, number>();
  for (const { node } of walk(tree)) {
    if (node.kind === 'directory') continue;
    if (once.has(node)) counts.set(node, (counts.get(node) ?? 1) + 1);
    else once.add(node);
  }
  return counts;
}

abstract class LayerNode extends ServedNode {
  readonly tree: LayerTree;
  abstract readonly node: FileNode;

  constructor(tree: LayerTree) {
    super();
    this.tree = tree;
  }

  protected attributesOf(node: FileNode, nlink: number, size: number): NodeAttributes {
    const mtime = fromSeconds(node.mtime);
    const isDevice = node.kind === 'character-device' || node.kind === 'block-device';
    return {
      qid: this.qid(),
      mode: fileTypeBits[node.kind] | node.mode,
      uid: node.uid,
      gid: node.gid,
      nlink,
      major: isDevice ? node.major : 0,
      minor: isDevice ? node.minor : 0,
      size,
      allocated: size,
      atime: mtime,
      mtime,
      ctime: mtime,
    };
  }

  override xattrs(): ReadonlyMap<string, Uint8Array> | undefined {
    return this.node.xattrs;
  }

  override capacity(): Capacity {
    return { bytes: 0, freeBytes: 0, files: 0, freeFiles: 0 };
  }
}

/**
 * A directory of a layer. Its identity is its place, not its object: an object that stands in two places (an empty directory
 * used twice) must be two inodes, since Linux lets a directory have only one name.
 */
class LayerDirectory extends LayerNode {
  override readonly isDirectory = true;
  override readonly node: Directory;
  readonly #parent: ServedNode | undefined;
  readonly #qid: Qid;
  readonly #children = new Map<string, LayerNode>();

  constructor(tree: LayerTree, node: Directory, parent: ServedNode | undefined) {
    super(tree);
    this.node = node;
    this.#parent = parent;
    this.#qid = { type: qidType.directory, version: 0, path: tree.numbers.next() };
  }

  override qid(): Qid {
    return this.#qid;
  }

  override attributes(): NodeAttributes {
    let nlink = 2;
    for (const child of this.node.children.values()) if (child.kind === 'directory') nlink += 1;
    return this.attributesOf(this.node, nlink, 0);
  }

  override walk(name: string): ServedNode {
    if (name === '..') return this.#parent ?? this;
    return this.#child(name);
  }

  #child(name: string): LayerNode {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    const node = this.node.children.get(name);
    if (node === undefined) throw new FileSystemError('ENOENT', name);
    const child =
      node.kind === 'directory' ? new LayerDirectory(this.tree, node, this) : new LayerLeaf(this.tree, node);
    this.#children.set(name, child);
    return child;
  }

  override *list(offset: number): Iterable<ListedNode> {
    let position = 0;
    for (const [name, node] of this.node.children) {
      position += 1;
      if (position <= offset) continue;
      const qid = node.kind === 'directory' ? this.#child(name).qid() : this.tree.leafQid(node);
      yield { name, qid, type: fileTypeBits[node.kind] >> 12, offset: position };
    }
  }
}

class LayerLeaf extends LayerNode {
  override readonly isDirectory = false;
  override readonly node: Leaf;

  constructor(tree: LayerTree, node: Leaf) {
    super(tree);
    this.node = node;
  }

  override qid(): Qid {
    return this.tree.leafQid(this.node);
  }

  override attributes(): NodeAttributes {
    const { node } = this;
    const size = node.kind === 'file' ? node.data.length : node.kind === 'symlink' ? textBytes(node.target).length : 0;
    return this.attributesOf(node, this.tree.linkCount(node), size);
  }

  override walk(): ServedNode {
    throw new FileSystemError('ENOTDIR');
  }

  override list(): Iterable<ListedNode> {
    throw new FileSystemError('ENOTDIR');
  }

  override read(offset: number, count: number): Uint8Array {
    if (this.node.kind !== 'file') throw new FileSystemError('EINVAL');
    return this.node.data.subarray(offset, offset + count);
  }

  override readlink(): string {
    if (this.node.kind !== 'symlink') throw new FileSystemError('EINVAL');
    return this.node.target;
  }
}
