import type { EndpointSettings } from '../../api/types.ts';
import { invalidParameter } from '../errors.ts';
import { contains, isIpv6, parseAddress, parseBlock, parseMac } from './address.ts';
import { isUserDefined, type NetworkRecord, PREDEFINED } from './network-record.ts';

/**
 * Checks what was asked for a container's place on a network; without the network itself, what can be known before. All
 * faults are told at once. Throws ContainerError `invalid-parameter` in dockerd's words.
 */
export function validateEndpoint(name: string, settings: EndpointSettings, network?: NetworkRecord): void {
  const faults: string[] = [];
  const { IPAMConfig: ipam, Aliases: aliases, MacAddress: mac } = settings;
  const address = ipam?.IPv4Address || undefined;
  if (PREDEFINED.includes(name) || name === 'default') {
    if (address || ipam?.IPv6Address) {
      faults.push('user specified IP address is supported on user defined networks only');
    }
    if (aliases?.length) {
      faults.push('network-scoped alias is supported only for containers in user defined networks');
    }
  }
  if (address && parseAddress(address) === undefined) faults.push(`invalid IPv4 address: ${address}`);
  if (ipam?.IPv6Address) {
    faults.push(
      isIpv6(ipam.IPv6Address)
        ? `this engine has no IPv6 to give an address in: ${ipam.IPv6Address}`
        : `invalid IPv6 address: ${ipam.IPv6Address}`,
    );
  }
  if (ipam?.LinkLocalIPs?.length) faults.push('link-local addresses are not supported by this engine');
  if (network && address && faults.length === 0) faults.push(...rangeFault(address, network));
  if (mac && parseMac(mac) === undefined) throw invalidParameter(`invalid MAC address ${mac}`);
  if (faults.length > 0) throw invalidParameter(`invalid endpoint settings:\n${faults.join('\n')}`);
}

function rangeFault(text: string, network: NetworkRecord): readonly string[] {
  const address = parseAddress(text);
  const subnet = parseBlock(network.ipam.config[0]?.Subnet ?? '');
  if (!subnet || !isUserDefined(network)) {
    return ['user specified IP address is supported only when connecting to networks with user configured subnets'];
  }
  if (address !== undefined && contains(subnet, address)) return [];
  return [`no configured subnet or ip-range contain the IP address ${text}`];
}
