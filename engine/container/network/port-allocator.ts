import { ContainerError } from '../errors.ts';

export type Protocol = 'tcp' | 'udp';

/** A port of the host, at one of its addresses or at all of them (`0.0.0.0`). */
export interface HostPort {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
}

const ANY = '0.0.0.0';
/** Ports that are given when none is asked for: Linux's own range (net.ipv4.ip_local_port_range), as dockerd takes it. */
const FIRST = 32768;
const LAST = 60999;

/** Which ports of the host are published, so that no two containers get the same. */
export class PortAllocator {
  readonly #taken = new Set<HostPort>();
  #next = FIRST;

  /** Throws ContainerError `system` if the port, or another at the same address, is published already. */
  take(wanted: HostPort): HostPort {
    if (!this.#free(wanted)) {
      throw new ContainerError('system', `Bind for ${wanted.address}:${wanted.port} failed: port is already allocated`);
    }
    this.#taken.add(wanted);
    return wanted;
  }

  /** The first free one of a range. Throws ContainerError `system` if there is none. */
  takeWithin(protocol: Protocol, address: string, first: number, last: number): HostPort {
    for (let port = first; port <= last; port++) {
      const candidate = { protocol, address, port };
      if (this.#free(candidate)) return this.take(candidate);
    }
    throw new ContainerError('system', 'all ports are allocated');
  }

  /** One that nobody asked for by number. Throws ContainerError `system` if there is none. */
  takeAny(protocol: Protocol, address: string): HostPort {
    for (let tried = 0; tried <= LAST - FIRST; tried++) {
      const candidate = { protocol, address, port: this.#next };
      this.#next = this.#next === LAST ? FIRST : this.#next + 1;
      if (this.#free(candidate)) return this.take(candidate);
    }
    throw new ContainerError('system', 'all ports are allocated');
  }

  release(port: HostPort): void {
    this.#taken.delete(port);
  }

  #free({ protocol, address, port }: HostPort): boolean {
    return ![...this.#taken].some(
      (other) =>
        other.protocol === protocol &&
        other.port === port &&
        (other.address === address || other.address === ANY || address === ANY),
    );
  }
}
