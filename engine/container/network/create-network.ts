import type { IpamConfig, NetworkCreateRequest } from '../../api/types.ts';
import { ContainerError, invalidParameter } from '../errors.ts';
import {
  type Block,
  blockOf,
  blockSize,
  contains,
  formatAddress,
  formatBlock,
  isIpv6,
  overlaps,
  parseAddress,
  parseBlock,
  parseCidr,
} from './address.ts';
import { freeBlock, requireFree } from './address-pools.ts';
import { bridgeName, type NetworkAddresses, type NetworkRecord, OPTION, PREDEFINED } from './network-record.ts';

const LONGEST_INTERFACE_NAME = 15;

/** A network as it was asked for, beside those that are there. Throws ContainerError in dockerd's words. */
export function planNetwork(
  request: NetworkCreateRequest,
  others: readonly NetworkRecord[],
  given: { readonly id: string; readonly created: string },
): NetworkRecord {
  const name = request.Name.trim();
  if (PREDEFINED.includes(request.Name)) {
    throw new ContainerError('forbidden', `operation is not permitted on predefined ${request.Name} network`);
  }
  refuseOtherKinds(request);
  if (name === '') throw invalidParameter('invalid name: name is empty');
  if (others.some((other) => other.name === name)) {
    throw new ContainerError('conflict', `network with name ${name} already exists`);
  }
  const config = request.IPAM?.Config ?? [];
  validateIpam(config);
  const record: NetworkRecord = {
    ...given,
    name,
    driver: 'bridge',
    internal: request.Internal ?? false,
    attachable: request.Attachable ?? false,
    options: request.Options ?? {},
    labels: request.Labels ?? {},
    ipam: { options: request.IPAM?.Options ?? (request.IPAM ? null : {}), config },
    addresses: assignAddresses(config, takenBlocks(others)),
  };
  validateOptions(record, others);
  return record;
}

const NOT_A_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

function refuseOtherKinds(request: NetworkCreateRequest): void {
  const driver = request.Driver || 'bridge';
  if (driver === 'overlay' || request.Scope === 'swarm' || request.Ingress) {
    throw new ContainerError('forbidden', NOT_A_MANAGER);
  }
  if (driver === 'host' || driver === 'null') {
    throw new ContainerError('forbidden', `only one instance of "${driver}" network is allowed`);
  }
  if (driver !== 'bridge') throw new ContainerError('not-found', `plugin "${driver}" not found`);
  if (request.ConfigOnly || request.ConfigFrom?.Network) {
    throw new ContainerError('not-implemented', 'configuration-only networks are not supported by this engine');
  }
  if (request.EnableIPv6) {
    throw new ContainerError('not-implemented', "this engine has no IPv6: the guest's kernel is built without it");
  }
  if (request.EnableIPv4 === false) throw invalidParameter('IPv4 or IPv6 must be enabled');
  const ipam = request.IPAM?.Driver || 'default';
  if (ipam !== 'default') throw new ContainerError('not-found', `plugin "${ipam}" not found`);
}

/** What Docker's API says of a network's address configuration (api/types/network, ValidateIPAM), all faults at once. */
function validateIpam(config: readonly IpamConfig[]): void {
  const faults = config.flatMap(ipamFaults);
  if (faults.length > 0) throw invalidParameter(`invalid network config:\n${faults.join('\n')}`);
  if (config.length > 1) {
    throw new ContainerError('not-implemented', 'a network of this engine has one subnet, and several were asked for');
  }
}

function ipamFaults(config: IpamConfig): readonly string[] {
  const { Subnet: text = '', IPRange: range, Gateway: gateway, AuxiliaryAddresses: auxiliary } = config;
  if (isIpv6(text.split('/')[0] ?? '')) return [`invalid subnet ${text}: this engine has no IPv6`];
  const cidr = parseCidr(text);
  if (!cidr) return [`invalid subnet ${text}: invalid CIDR block notation`];
  const subnet = blockOf(cidr.address, cidr.bits);
  const faults: string[] = [];
  if (subnet.base !== cidr.address) faults.push(`invalid subnet ${text}: it should be ${formatBlock(subnet)}`);
  if (range) faults.push(...rangeFaults(range, subnet));
  const address = (label: string, value: string): void => {
    const fault = addressFault(value, subnet);
    if (fault) faults.push(`invalid ${label}: ${fault}`);
  };
  if (gateway) address(`gateway ${gateway}`, gateway);
  for (const [name, value] of Object.entries(auxiliary ?? {})) address(`auxiliary address ${name}`, value);
  return faults;
}

function rangeFaults(text: string, subnet: Block): readonly string[] {
  const cidr = parseCidr(text);
  if (!cidr) return [`invalid ip-range ${text}: invalid CIDR block notation`];
  const range = blockOf(cidr.address, cidr.bits);
  const faults: string[] = [];
  const parent = formatBlock(subnet);
  if (range.bits < subnet.bits) {
    faults.push(`invalid ip-range ${text}: CIDR block is bigger than its parent subnet ${parent}`);
  }
  if (range.base !== cidr.address) faults.push(`invalid ip-range ${text}: it should be ${formatBlock(range)}`);
  if (!overlaps(subnet, range))
    faults.push(`invalid ip-range ${text}: parent subnet ${parent} doesn't contain ip-range`);
  return faults;
}

function addressFault(text: string, subnet: Block): string | undefined {
  if (isIpv6(text)) return 'parent subnet is an IPv4 block';
  const address = parseAddress(text);
  if (address === undefined) return 'invalid address';
  return contains(subnet, address) ? undefined : `parent subnet ${formatBlock(subnet)} doesn't contain this address`;
}

function validateOptions(record: NetworkRecord, others: readonly NetworkRecord[]): void {
  const { options } = record;
  const mtu = options[OPTION.mtu];
  // 68 bytes is what every IPv4 network must carry (RFC 791); the kernel takes no more than the other.
  if (mtu && (!/^\d+$/.test(mtu) || Number(mtu) < 68 || Number(mtu) > 65535)) {
    throw invalidParameter(`failed to parse ${OPTION.mtu} value: ${JSON.stringify(mtu)} (68 to 65535 bytes)`);
  }
  const icc = options[OPTION.icc];
  if (icc && !/^(1|t|true|0|f|false)$/i.test(icc)) {
    throw invalidParameter(`failed to parse ${OPTION.icc} value: ${JSON.stringify(icc)} (it is true or false)`);
  }
  const binding = options[OPTION.hostBinding];
  if (binding && parseAddress(binding) === undefined) {
    throw invalidParameter(`failed to parse ${OPTION.hostBinding} value: ${JSON.stringify(binding)} (no IPv4 address)`);
  }
  const prefix = options[OPTION.interfacePrefix];
  if (prefix && !/^[\w.-]{1,11}$/.test(prefix)) {
    throw invalidParameter(`failed to parse ${OPTION.interfacePrefix} value: ${JSON.stringify(prefix)}`);
  }
  const bridge = bridgeName(record);
  if (!/^[^\s/:]+$/.test(bridge) || new TextEncoder().encode(bridge).length > LONGEST_INTERFACE_NAME) {
    throw invalidParameter(`invalid bridge name ${JSON.stringify(bridge)}: a name of 1 to 15 bytes is needed`);
  }
  const holder = others.find((other) => other.driver === 'bridge' && bridgeName(other) === bridge);
  if (holder) {
    throw new ContainerError(
      'forbidden',
      `cannot create network ${record.id} (${bridge}): conflicts with network ${holder.id} (${bridge}): networks have same bridge name`,
    );
  }
}

export const takenBlocks = (networks: readonly NetworkRecord[]): readonly Block[] =>
  networks.flatMap(({ addresses }) => parseBlock(addresses?.subnet ?? '') ?? []);

function assignAddresses([asked]: readonly IpamConfig[], taken: readonly Block[]): NetworkAddresses {
  const subnet = parseBlock(asked?.Subnet ?? '') ?? freeBlock(taken);
  requireFree(subnet, taken);
  const range = parseBlock(asked?.IPRange ?? '') ?? subnet;
  const reserved = Object.values(asked?.AuxiliaryAddresses ?? {});
  const gateway = asked?.Gateway || firstAddress(subnet, range, reserved);
  return { subnet: formatBlock(subnet), range: formatBlock(range), gateway, reserved };
}

/** As Docker chooses it: the first of the range that is not the network's own and not reserved. Throws ContainerError. */
function firstAddress(subnet: Block, range: Block, reserved: readonly string[]): string {
  for (let address = range.base; address < range.base + blockSize(range); address++) {
    const text = formatAddress(address);
    if ((address !== subnet.base || subnet.bits > 30) && !reserved.includes(text)) return text;
  }
  throw new ContainerError('system', 'failed to allocate gateway (): no available addresses on this pool');
}
