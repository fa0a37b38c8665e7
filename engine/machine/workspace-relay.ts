import type { Frame } from './link/frame.ts';
import { Link } from './link/link.ts';
import type { NinePServer } from './ninep/server.ts';

/**
 * Answers the workspace's 9P mount, whose bytes come in data frames over a port of their own. Messages may be split and
 * joined anywhere, as on a socket.
 */
export class WorkspaceRelay {
  readonly #link: Link;
  readonly #server: NinePServer;
  #kept: Uint8Array = new Uint8Array(0);

  /** @param transmit hands one message of at most 4096 bytes to the port */
  constructor(transmit: (bytes: Uint8Array) => void, server: NinePServer) {
    this.#server = server;
    this.#link = new Link(transmit, { control: () => {}, frame: (frame) => this.#take(frame) });
  }

  /** Takes what the guest wrote on the port. */
  receive(bytes: Uint8Array): void {
    this.#link.receive(bytes);
  }

  #take({ payload }: Frame): void {
    let buffer = payload;
    if (this.#kept.length > 0) {
      buffer = new Uint8Array(this.#kept.length + payload.length);
      buffer.set(this.#kept);
      buffer.set(payload, this.#kept.length);
    }
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    let at = 0;
    while (buffer.length - at >= 4) {
      const size = view.getUint32(at, true);
      if (size < 7 || buffer.length - at < size) break;
      this.#link.data(0, this.#server.handle(buffer.subarray(at, at + size)));
      at += size;
    }
    this.#kept = buffer.slice(at);
  }
}
