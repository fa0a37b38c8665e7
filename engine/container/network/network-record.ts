import type { IpamConfig, Labels } from '../../api/types.ts';

export type NetworkDriver = 'bridge' | 'host' | 'null';

/** A network that outlives the engine's process: what the state store keeps under `networks/ID`. */
export interface NetworkRecord {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  readonly driver: NetworkDriver;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly options: Labels;
  readonly labels: Labels;
  /** As asked for; what was left to the engine is in `addresses`. */
  readonly ipam: {
    readonly options: Labels | null;
    readonly config: readonly IpamConfig[];
  };
  /** None for host and null networks. */
  readonly addresses?: NetworkAddresses;
}

/** What a bridge network's addresses are. */
export interface NetworkAddresses {
  /** Such as `172.18.0.0/16`. */
  readonly subnet: string;
  /** Where containers' addresses come from: the subnet, or a part of it. */
  readonly range: string;
  /** The host's. */
  readonly gateway: string;
  /** Given to no container. */
  readonly reserved: readonly string[];
}

export const networkKey = (id: string): string => `networks/${id}`;
export const NETWORK_PREFIX = 'networks/';

/** Networks that every engine has. */
export const PREDEFINED: readonly string[] = ['bridge', 'host', 'none'];

/** One that the user has made, on which containers find each other by name. */
export const isUserDefined = ({ name }: Pick<NetworkRecord, 'name'>): boolean => !PREDEFINED.includes(name);

/** Driver options of bridge networks that this engine goes by. */
export const OPTION = {
  bridgeName: 'com.docker.network.bridge.name',
  icc: 'com.docker.network.bridge.enable_icc',
  hostBinding: 'com.docker.network.bridge.host_binding_ipv4',
  mtu: 'com.docker.network.driver.mtu',
  interfacePrefix: 'com.docker.network.container_iface_prefix',
} as const;

export const DEFAULT_MTU = 1500;

/** The interface of a bridge network on the guest host. */
export const bridgeName = ({ id, options }: NetworkRecord): string =>
  options[OPTION.bridgeName] || `br-${id.slice(0, 12)}`;

export const mtuOf = ({ options }: NetworkRecord): number => Number(options[OPTION.mtu] || DEFAULT_MTU);

/** Whether containers on it are kept from one another. */
export const isIsolating = ({ options }: NetworkRecord): boolean => options[OPTION.icc]?.toLowerCase() === 'false';
