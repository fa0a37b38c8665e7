/**
 * How anything reaches an engine: web-standard requests and responses, plus Docker's connection upgrade ("hijack").
 * The router is one; others carry it over a MessagePort, HTTP or a unix socket.
 */
export interface Transport {
  /** Paths as in `http://engine/v1.50/containers/json`; the host part means nothing. */
  fetch(request: Request): Promise<Response>;
  /**
   * A request that asks to be upgraded (`Upgrade: tcp`): gives the raw stream, or the ordinary response if the engine
   * answers with one (an error, as a rule).
   */
  upgrade(request: Request): Promise<Upgraded | Response>;
}

/** The engine said 101: from here on the connection is a raw two-way stream. */
export interface Upgraded {
  readonly headers: Headers;
  readonly duplex: Duplex;
}

/** A two-way byte stream whose halves close apart: closing `writable` half-closes, as a TCP FIN does. */
export interface Duplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}
