import type { Network } from '../../api/types.ts';
import type { Context } from '../context.ts';
import { parseBlock } from './address.ts';
import type { NetworkRecord } from './network-record.ts';

/** `GET /networks/{id}`; in a list, containers are left out, as dockerd does. */
export function networkBody(context: Context, record: NetworkRecord, withContainers: boolean): Network {
  const { addresses, ipam } = record;
  const assigned = addresses ? [{ Subnet: addresses.subnet, Gateway: addresses.gateway }] : null;
  return {
    Name: record.name,
    Id: record.id,
    Created: record.created,
    Scope: 'local',
    Driver: record.driver,
    EnableIPv4: true,
    EnableIPv6: false,
    // As asked for, or else as assigned: Docker does not add to what a user has given.
    IPAM: { Driver: 'default', Options: ipam.options, Config: ipam.config.length > 0 ? ipam.config : assigned },
    Internal: record.internal,
    Attachable: record.attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: withContainers ? containers(context, record) : {},
    Options: record.options,
    Labels: record.labels,
  };
}

function containers(context: Context, record: NetworkRecord): NonNullable<Network['Containers']> {
  const bits = parseBlock(record.addresses?.subnet ?? '')?.bits;
  const entries = context.networks.endpointsOn(record.id).flatMap(({ id, containerId, address, mac }) => {
    // A build step is on a network without being a container.
    const container = context.containers.get(containerId);
    if (!container) return [];
    const IPv4Address = address === '' ? '' : `${address}/${bits}`;
    return [[containerId, { Name: container.name, EndpointID: id, MacAddress: mac, IPv4Address, IPv6Address: '' }]];
  });
  return Object.fromEntries(entries);
}
