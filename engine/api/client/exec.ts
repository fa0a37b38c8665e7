import type { ExecCreateRequest, ExecInspect, IdResponse } from '../types.ts';
import type { Connection, Hijacked } from './connection.ts';

/** Running another process in a container. All throw EngineApiError. */
export class Exec {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  create(container: string, request: ExecCreateRequest): Promise<IdResponse> {
    return this.#connection.json('POST', `/containers/${encodeURIComponent(container)}/exec`, { json: request });
  }

  /** Starts it and gives its streams: raw with a terminal, framed without one (see multiplex.ts). */
  start(
    id: string,
    options: { readonly tty?: boolean; readonly size?: { readonly columns: number; readonly rows: number } } = {},
  ): Promise<Hijacked> {
    const { tty = false, size } = options;
    const json = { Detach: false, Tty: tty, ...(size && tty ? { ConsoleSize: [size.rows, size.columns] } : {}) };
    return this.#connection.hijack(`/exec/${encodeURIComponent(id)}/start`, { json });
  }

  startDetached(id: string, tty = false): Promise<void> {
    return this.#connection.send('POST', `/exec/${encodeURIComponent(id)}/start`, { json: { Detach: true, Tty: tty } });
  }

  inspect(id: string): Promise<ExecInspect> {
    return this.#connection.json('GET', `/exec/${encodeURIComponent(id)}/json`);
  }

  resize(id: string, size: { readonly columns: number; readonly rows: number }): Promise<void> {
    return this.#connection.send('POST', `/exec/${encodeURIComponent(id)}/resize`, {
      query: { h: size.rows, w: size.columns },
    });
  }
}
