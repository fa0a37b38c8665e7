import { FidTable } from './fid-table.ts';
import type { MessageReader } from './reader.ts';
import type { ServedNode } from './served-node.ts';
import type { MessageWriter } from './writer.ts';

/** What one client has with the server, from its Tversion on. */
export class Session {
  readonly root: ServedNode;
  readonly fids = new FidTable();
  /** Most bytes in a message either way, as negotiated. */
  messageSize = 8192;

  constructor(root: ServedNode) {
    this.root = root;
  }
}

/**
 * Answers one type of request: reads all its fields, then acts, then writes the reply's fields. Throws FileSystemError for
 * an Rlerror; then nothing has been changed.
 */
export type Handler = (session: Session, request: MessageReader, reply: MessageWriter) => void;
