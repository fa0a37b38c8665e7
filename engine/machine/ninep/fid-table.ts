import { FileSystemError } from '../../files/file-system-error.ts';
import type { ServedNode, XattrMust } from './served-node.ts';

/** Reading an attribute's value, or the list of names: made by Txattrwalk, read with Tread. */
export interface XattrReading {
  readonly kind: 'read';
  readonly value: Uint8Array;
}

/** Writing an attribute's value: made by Txattrcreate, filled by Twrite, done by Tclunk. */
export interface XattrWriting {
  readonly kind: 'write';
  readonly name: string;
  readonly value: Uint8Array;
  readonly must: XattrMust;
  /** removexattr(2) comes as a replacement with nothing. */
  readonly removes: boolean;
}

export interface OpenState {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly appends: boolean;
}

/** What the client's number for a file stands for. */
export interface Fid {
  readonly node: ServedNode;
  /** The user who attached, owner of what is created through this fid. */
  readonly uid: number;
  readonly open?: OpenState;
  readonly xattr?: XattrReading | XattrWriting;
}

/**
 * The client's fids. The only state a session has, so a checkpoint of a machine has to save this: from each fid the
 * export and path (or inode) of its node, and the rest as it is.
 */
export class FidTable {
  readonly #fids = new Map<number, Fid>();

  get size(): number {
    return this.#fids.size;
  }

  /** @throws FileSystemError EBADF */
  get(number: number): Fid {
    const fid = this.#fids.get(number);
    if (fid === undefined) throw new FileSystemError('EBADF');
    return fid;
  }

  /** A new fid. @throws FileSystemError EBADF if the number is in use */
  add(number: number, fid: Fid): void {
    if (this.#fids.has(number)) throw new FileSystemError('EBADF');
    this.set(number, fid);
  }

  /** Makes a number stand for something, whatever it stood for before. */
  set(number: number, fid: Fid): void {
    const before = this.#fids.get(number);
    fid.node.hold();
    this.#fids.set(number, fid);
    before?.node.release();
  }

  delete(number: number): void {
    const fid = this.get(number);
    this.#fids.delete(number);
    fid.node.release();
  }

  clear(): void {
    for (const number of [...this.#fids.keys()]) this.delete(number);
  }
}
