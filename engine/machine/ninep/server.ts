import { errno } from '../../files/errno.ts';
import { FileSystemError } from '../../files/file-system-error.ts';
import { fsync, lcreate, lopen, read, readdir, write } from './handlers/io.ts';
import { getlock, lock } from './handlers/locks.ts';
import { getattr, readlink, setattr, statfs } from './handlers/metadata.ts';
import { link, mkdir, mknod, remove, rename, renameat, symlink, unlinkat } from './handlers/names.ts';
import { attach, auth, clunk, flush, versionHandler, walk } from './handlers/session.ts';
import { xattrcreate, xattrwalk } from './handlers/xattr.ts';
import { headerBytes, messageType, noTag } from './protocol.ts';
import { MessageReader } from './reader.ts';
import type { ServedNode } from './served-node.ts';
import type { Handler } from './session.ts';
import { Session } from './session.ts';
import { MessageWriter } from './writer.ts';

const handlers: ReadonlyMap<number, Handler> = new Map([
  [messageType.Tstatfs, statfs],
  [messageType.Tlopen, lopen],
  [messageType.Tlcreate, lcreate],
  [messageType.Tsymlink, symlink],
  [messageType.Tmknod, mknod],
  [messageType.Trename, rename],
  [messageType.Treadlink, readlink],
  [messageType.Tgetattr, getattr],
  [messageType.Tsetattr, setattr],
  [messageType.Txattrwalk, xattrwalk],
  [messageType.Txattrcreate, xattrcreate],
  [messageType.Treaddir, readdir],
  [messageType.Tfsync, fsync],
  [messageType.Tlock, lock],
  [messageType.Tgetlock, getlock],
  [messageType.Tlink, link],
  [messageType.Tmkdir, mkdir],
  [messageType.Trenameat, renameat],
  [messageType.Tunlinkat, unlinkat],
  [messageType.Tversion, versionHandler],
  [messageType.Tauth, auth],
  [messageType.Tattach, attach],
  [messageType.Tflush, flush],
  [messageType.Twalk, walk],
  [messageType.Tread, read],
  [messageType.Twrite, write],
  [messageType.Tclunk, clunk],
  [messageType.Tremove, remove],
]);

/** Room for every reply but those of read and readdir, so that most are made without growing. */
const usualReply = 192;

export interface NinePServerOptions {
  /** Told of a bug: anything thrown that is not a FileSystemError. The client gets EIO. */
  readonly onError?: (error: unknown) => void;
}

/**
 * A 9P2000.L server for one client, Linux's v9fs. Synchronous, and it always answers: an unanswered request blocks a guest
 * process for ever, and makes v86 refuse to save its state.
 */
export class NinePServer {
  readonly #session: Session;
  readonly #onError: (error: unknown) => void;

  constructor(root: ServedNode, options: NinePServerOptions = {}) {
    this.#session = new Session(root);
    this.#onError = options.onError ?? (() => {});
  }

  /** How many fids the client has: what it would leak. */
  get fids(): number {
    return this.#session.fids.size;
  }

  /**
   * Answers one request. Never throws. The request is not kept, and the reply is the caller's.
   * @param request one message from its size field on; bytes after it are ignored
   */
  handle(request: Uint8Array): Uint8Array {
    if (request.length < headerBytes) return errorReply(noTag, errno.EPROTO);
    const type = request[4] as number;
    const tag = (request[5] as number) | ((request[6] as number) << 8);
    try {
      const handler = handlers.get(type);
      if (handler === undefined) throw new FileSystemError('EOPNOTSUPP');
      const reply = new MessageWriter(usualReply);
      handler(this.#session, new MessageReader(request, headerBytes), reply);
      if (reply.length > this.#session.messageSize) throw new FileSystemError('EMSGSIZE');
      return reply.finish(type + 1, tag);
    } catch (error) {
      if (error instanceof FileSystemError) return errorReply(tag, error.errno);
      this.#report(error);
      return errorReply(tag, errno.EIO);
    }
  }

  /** Forgets the client, as when the guest that was it is gone. */
  reset(): void {
    this.#session.fids.clear();
  }

  #report(error: unknown): void {
    try {
      this.#onError(error);
    } catch {
      // The guest must get its answer whatever the hook does.
    }
  }
}

/** size[4] Rlerror tag[2] ecode[4] */
function errorReply(tag: number, code: number): Uint8Array {
  const reply = new MessageWriter(headerBytes + 4);
  reply.u32(code);
  return reply.finish(messageType.Rlerror, tag);
}
