import { ContainerError, invalidParameter } from '../errors.ts';
import { blockSize, contains, formatAddress, parseAddress, parseBlock } from './address.ts';
import type { NetworkRecord } from './network-record.ts';

/**
 * An address for a container: the one asked for, or the lowest that is free. Throws ContainerError in dockerd's words.
 * @param taken addresses that containers on the network have
 */
export function allocateAddress(
  { name, id, addresses }: NetworkRecord,
  taken: ReadonlySet<string>,
  wanted: string | undefined,
): string {
  const subnet = parseBlock(addresses?.subnet ?? '');
  const range = parseBlock(addresses?.range ?? '');
  if (!addresses || !subnet || !range) throw new Error(`network ${name} has no addresses to give`);
  const unavailable = (address: string): boolean =>
    taken.has(address) || address === addresses.gateway || addresses.reserved.includes(address);
  if (wanted !== undefined) {
    const address = parseAddress(wanted);
    if (address === undefined || !contains(subnet, address))
      throw invalidParameter('requested address is out of range');
    if (unavailable(wanted)) throw new ContainerError('forbidden', 'Address already in use');
    return wanted;
  }
  // A network's first and last address are nobody's, but in a block of two every address counts (RFC 3021).
  const last = subnet.base + blockSize(subnet) - 1;
  const ends = subnet.bits > 30 ? [] : [subnet.base, last];
  for (let address = range.base; address < range.base + blockSize(range); address++) {
    const text = formatAddress(address);
    if (!ends.includes(address) && !unavailable(text)) return text;
  }
  throw new ContainerError(
    'unavailable',
    `no available IPv4 addresses on this network's address pools: ${name} (${id})`,
  );
}
