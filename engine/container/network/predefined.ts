import { type NetworkDriver, type NetworkRecord, OPTION } from './network-record.ts';

/** What the state store keeps of the networks that every engine has: they are made once for an engine, as dockerd does. */
export interface StoredPredefined {
  /** RFC 3339. */
  readonly created: string;
  /** 64 hex digits by name. */
  readonly ids: Readonly<Record<string, string>>;
}

/** The host's own address on the default bridge, which `host-gateway` stands for (engine/guest/init/sandbox.c makes it). */
export const DEFAULT_GATEWAY = '172.17.0.1';
const DEFAULT_SUBNET = '172.17.0.0/16';

const DRIVERS: readonly (readonly [name: string, driver: NetworkDriver])[] = [
  ['bridge', 'bridge'],
  ['host', 'host'],
  ['none', 'null'],
];

export function predefinedNetworks({ created, ids }: StoredPredefined): readonly NetworkRecord[] {
  return DRIVERS.map(([name, driver]) => ({
    id: ids[name] ?? '',
    name,
    created,
    driver,
    internal: false,
    attachable: false,
    labels: {},
    ...(driver === 'bridge' ? DEFAULT_BRIDGE : { options: {}, ipam: { options: null, config: [] } }),
  }));
}

const DEFAULT_BRIDGE = {
  options: {
    'com.docker.network.bridge.default_bridge': 'true',
    [OPTION.icc]: 'true',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    [OPTION.hostBinding]: '0.0.0.0',
    [OPTION.bridgeName]: 'docker0',
    [OPTION.mtu]: '1500',
  },
  ipam: { options: null, config: [{ Subnet: DEFAULT_SUBNET, Gateway: DEFAULT_GATEWAY }] },
  addresses: { subnet: DEFAULT_SUBNET, range: DEFAULT_SUBNET, gateway: DEFAULT_GATEWAY, reserved: [] },
} satisfies Partial<NetworkRecord>;
