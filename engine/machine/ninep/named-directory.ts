import { FileSystemError } from '../../files/file-system-error.ts';
import type { Timestamp } from '../../files/timestamp.ts';
import { fromMilliseconds } from '../../files/timestamp.ts';
import type { NodeNumbers } from './node-numbers.ts';
import { fileTypeBits, qidType } from './protocol.ts';
import type { Capacity, ListedNode, NodeAttributes, Qid } from './served-node.ts';
import { ServedNode } from './served-node.ts';

/** A directory of the server's own (its root, `/layers`): the guest only reads it, the host adds and removes entries. */
export class NamedDirectory extends ServedNode {
  override readonly isDirectory = true;
  readonly #parent: ServedNode | undefined;
  readonly #qid: Qid;
  readonly #entries = new Map<string, { readonly node: ServedNode; readonly offset: number }>();
  #lastOffset = 0;
  #mtime: Timestamp = fromMilliseconds(Date.now());

  constructor(numbers: NodeNumbers, parent?: ServedNode) {
    super();
    this.#parent = parent;
    this.#qid = { type: qidType.directory, version: 0, path: numbers.next() };
  }

  get(name: string): ServedNode | undefined {
    return this.#entries.get(name)?.node;
  }

  add(name: string, node: ServedNode): void {
    this.#lastOffset += 1;
    this.#entries.set(name, { node, offset: this.#lastOffset });
    this.#mtime = fromMilliseconds(Date.now());
  }

  delete(name: string): void {
    if (this.#entries.delete(name)) this.#mtime = fromMilliseconds(Date.now());
  }

  override qid(): Qid {
    return this.#qid;
  }

  override attributes(): NodeAttributes {
    return {
      qid: this.#qid,
      mode: fileTypeBits.directory | 0o755,
      uid: 0,
      gid: 0,
      nlink: 2 + this.#entries.size,
      major: 0,
      minor: 0,
      size: 0,
      allocated: 0,
      atime: this.#mtime,
      mtime: this.#mtime,
      ctime: this.#mtime,
    };
  }

  override walk(name: string): ServedNode {
    if (name === '..') return this.#parent ?? this;
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new FileSystemError('ENOENT', name);
    return entry.node;
  }

  override *list(offset: number): Iterable<ListedNode> {
    for (const [name, entry] of this.#entries) {
      if (entry.offset <= offset) continue;
      yield { name, qid: entry.node.qid(), type: fileTypeBits.directory >> 12, offset: entry.offset };
    }
  }

  override capacity(): Capacity {
    return { bytes: 0, freeBytes: 0, files: 0, freeFiles: 0 };
  }
}
