import type { Network } from '../api/types.ts';

/** Networks every engine has. Containers on `bridge` have a network namespace of their own, with loopback only. */
const NETWORKS = [
  { name: 'bridge', driver: 'bridge', id: 'b1' },
  { name: 'host', driver: 'host', id: '40' },
  { name: 'none', driver: 'null', id: '00' },
] as const;

const fullId = (id: string): string => id.padEnd(64, '7c39d0e4a85f162b');

/** ID of a network by its name. */
export function networkId(name: string): string | undefined {
  const network = NETWORKS.find((candidate) => candidate.name === name);
  return network && fullId(network.id);
}

/** `GET /networks`. `created` is an RFC 3339 time. */
export function listNetworks(created: string): readonly Network[] {
  return NETWORKS.map(({ name, driver, id }) => ({
    Name: name,
    Id: fullId(id),
    Created: created,
    Scope: 'local',
    Driver: driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: name === 'bridge' ? [] : null },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: {},
    Labels: {},
  }));
}
