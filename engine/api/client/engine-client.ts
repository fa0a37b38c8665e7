import type { Transport } from '../transport.ts';
import type { BuildMessage, BuildQuery, Ping } from '../types.ts';
import { type BuildExtra, build } from './build.ts';
import { Connection } from './connection.ts';
import { Containers } from './containers.ts';
import { Exec } from './exec.ts';
import { Images } from './images.ts';
import { Networks } from './networks.ts';
import { System } from './system.ts';
import { Volumes } from './volumes.ts';

/**
 * The Docker Engine API with types: one engine, whatever carries the requests. Needs web standards only.
 * Every method rejects with EngineApiError when the engine says no, and with the transport's own error
 * (EngineUnreachableError) when it says nothing.
 */
export class EngineClient {
  readonly containers: Containers;
  readonly images: Images;
  readonly exec: Exec;
  readonly networks: Networks;
  readonly system: System;
  readonly volumes: Volumes;
  readonly #connection: Connection;

  constructor(transport: Transport, options: { readonly version?: string } = {}) {
    this.#connection = new Connection(transport, options.version);
    this.containers = new Containers(this.#connection);
    this.images = new Images(this.#connection);
    this.exec = new Exec(this.#connection);
    this.networks = new Networks(this.#connection);
    this.system = new System(this.#connection);
    this.volumes = new Volumes(this.#connection);
  }

  /** API version in use, such as `1.50`. */
  get version(): string {
    return this.#connection.version;
  }

  /** Falls back to the engine's API version if that is older. Worth a call before talking to an engine not ours. */
  negotiate(): Promise<Ping> {
    return this.#connection.negotiate();
  }

  /** Known after {@link negotiate}. */
  get isDrydock(): boolean {
    return this.#connection.isDrydock;
  }

  build(context: Uint8Array, query: BuildQuery, extra?: BuildExtra): Promise<AsyncIterable<BuildMessage>> {
    return build(this.#connection, context, query, extra);
  }
}
