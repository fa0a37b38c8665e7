/** A container's place on a network while it runs. */
export interface Endpoint {
  /** 64 hex digits. */
  readonly id: string;
  readonly containerId: string;
  readonly networkId: string;
  /** Its interface in the container, such as `eth0`; empty, as all that follows, on host and null networks. */
  readonly interfaceName: string;
  readonly address: string;
  /** Bits of the network's prefix. */
  readonly prefix: number;
  readonly mac: string;
  /** Where packets for elsewhere may go; empty if nowhere. */
  readonly gateway: string;
}
