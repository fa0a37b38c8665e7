/** A bridge on the guest host: what a network of driver `bridge` stands on. */
export interface BridgeSpec {
  /** At most 15 bytes. */
  readonly name: string;
  /** Of the host on it: the containers' gateway. */
  readonly address: string;
  readonly prefix: number;
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  /** Packets go neither out of it to other networks nor in. */
  readonly internal: boolean;
}

/** One end of a virtual cable in a container, with the other end in a bridge. */
export interface EndpointSpec {
  readonly bridge: string;
  /** Name of the interface in the container, such as `eth0`. The other end is called `veth` and seven hex digits. */
  readonly name: string;
  readonly address: string;
  readonly prefix: number;
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  /** From other such endpoints on the same bridge. */
  readonly isolated: boolean;
}

/** A port of the guest host that leads to one of a container. */
export interface PublishedPortSpec {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0` for every address of the host. */
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly address: string;
  readonly port: number;
}

/** What is to change in a container's network; what is left out stays. */
export interface SandboxChange {
  readonly add?: readonly EndpointSpec[];
  /** Names of interfaces in the container. */
  readonly remove?: readonly string[];
  /** The default route; null for none. */
  readonly gateway?: string | null;
  /** All ports that are published from now on. */
  readonly ports?: readonly PublishedPortSpec[];
  /** Answers at 127.0.0.11:53 from now on, by {@link Networks.onQuestion}. */
  readonly resolver?: boolean;
  /** Lines to take out of files of the guest and lines to add. */
  readonly lines?: readonly LineEdit[];
}

export interface LineEdit {
  readonly path: string;
  readonly remove: readonly string[];
  readonly add: readonly string[];
}

/** A container's own network namespace, to begin with. Without endpoints it has loopback only. */
export interface SandboxSpec extends SandboxChange {
  /** While the container runs, `/var/run/docker/netns/KEY` in the guest is its namespace. */
  readonly key: string;
}

/** What a container asks its name server, a DNS message (RFC 1035). Answer it once, or not at all. */
export interface NameQuestion {
  readonly containerId: string;
  readonly message: Uint8Array;
  answer(message: Uint8Array): void;
  /** Has the guest ask other name servers, from within the container's network, one after another. At most three. */
  forward(servers: readonly string[]): void;
}

/** Networks between containers. All methods reject with StartError `network` if Linux refuses. */
export interface Networks {
  /** `docker0` with 172.17.0.1/16 is there from the start. */
  addBridge(bridge: BridgeSpec): Promise<void>;
  /** Does nothing if there is none of this name. */
  removeBridge(name: string): Promise<void>;
  /** Changes the network of a running container that has one of its own. */
  change(id: string, change: SandboxChange): Promise<void>;
  onQuestion(listener: (question: NameQuestion) => void): () => void;
}
