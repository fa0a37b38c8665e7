import { describe, expect, it } from 'vitest';
import {
  blockSize,
  contains,
  formatAddress,
  formatBlock,
  macOf,
  overlaps,
  parseAddress,
  parseBlock,
  parseMac,
} from './address.ts';
import { freeBlock, requireFree } from './address-pools.ts';
import { allocateAddress } from './allocate-address.ts';
import type { NetworkAddresses, NetworkRecord } from './network-record.ts';

const block = (text: string) => parseBlock(text) ?? { base: 0, bits: 0 };

describe('addresses', () => {
  it('are read and written', () => {
    for (const text of ['0.0.0.0', '172.17.0.1', '255.255.255.255']) {
      expect(formatAddress(parseAddress(text) ?? -1)).toBe(text);
    }
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.x', '::1', ' 1.2.3.4', '1.2.3.4\n'])(
    'are not %j',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );

  it('make Docker’s hardware addresses', () => {
    expect(macOf(parseAddress('172.17.0.2') ?? 0)).toBe('02:42:ac:11:00:02');
    expect(parseMac('92-D0-C6-0a-29-33')).toBe('92:d0:c6:0a:29:33');
    expect(parseMac('92:d0:c6:0a:29')).toBeUndefined();
  });
});

describe('blocks', () => {
  it('drop the bits behind their prefix', () => {
    expect(formatBlock(block('10.1.2.3/16'))).toBe('10.1.0.0/16');
    expect(formatBlock(block('0.0.0.0/0'))).toBe('0.0.0.0/0');
    expect(blockSize(block('10.0.0.0/30'))).toBe(4);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '10.0.0.0/8/8', '10.0.0.0/+8'])('are not %j', (text) =>
    expect(parseBlock(text)).toBeUndefined(),
  );

  it('contain addresses and overlap each other', () => {
    expect(contains(block('172.16.0.0/12'), parseAddress('172.31.255.255') ?? 0)).toBe(true);
    expect(contains(block('172.16.0.0/12'), parseAddress('172.32.0.0') ?? 0)).toBe(false);
    expect(overlaps(block('10.0.0.0/8'), block('10.9.0.0/16'))).toBe(true);
    expect(overlaps(block('10.9.0.0/16'), block('10.0.0.0/8'))).toBe(true);
    expect(overlaps(block('10.8.0.0/16'), block('10.9.0.0/16'))).toBe(false);
  });
});

describe('address pools', () => {
  it('give Docker’s default subnets in turn, until there is none', () => {
    const taken = [block('172.17.0.0/16')];
    const given: string[] = [];
    for (let i = 0; i < 30; i++) {
      const next = freeBlock(taken);
      given.push(formatBlock(next));
      taken.push(next);
    }
    expect(given.slice(0, 3)).toEqual(['172.18.0.0/16', '172.19.0.0/16', '172.20.0.0/16']);
    expect(given.slice(13, 16)).toEqual(['172.31.0.0/16', '192.168.0.0/20', '192.168.16.0/20'].slice(0, 3));
    expect(given.at(-1)).toBe('192.168.240.0/20');
    expect(() => freeBlock(taken)).toThrow('all predefined address pools have been fully subnetted');
  });

  it('refuse what overlaps', () => {
    expect(() => requireFree(block('172.17.5.0/24'), [block('172.17.0.0/16')])).toThrow(
      'invalid pool request: Pool overlaps with other one on this address space',
    );
  });
});

describe('allocateAddress', () => {
  const network = (addresses: Partial<NetworkAddresses>): NetworkRecord => ({
    id: 'f'.repeat(64),
    name: 'mine',
    created: '',
    driver: 'bridge',
    internal: false,
    attachable: false,
    options: {},
    labels: {},
    ipam: { options: null, config: [] },
    addresses: {
      subnet: '10.0.0.0/29',
      range: '10.0.0.0/29',
      gateway: '10.0.0.1',
      reserved: ['10.0.0.3'],
      ...addresses,
    },
  });

  it('gives the lowest that is free, but never the network’s own, the gateway’s or a reserved one', () => {
    const taken = new Set<string>();
    const given: string[] = [];
    for (let i = 0; i < 4; i++) {
      given.push(allocateAddress(network({}), taken, undefined));
      taken.add(given.at(-1) ?? '');
    }
    expect(given).toEqual(['10.0.0.2', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(() => allocateAddress(network({}), taken, undefined)).toThrow(
      `no available IPv4 addresses on this network's address pools: mine (${'f'.repeat(64)})`,
    );
    taken.delete('10.0.0.4');
    expect(allocateAddress(network({}), taken, undefined)).toBe('10.0.0.4');
  });

  it('keeps to the range, except for an address that was asked for', () => {
    const ranged = network({ subnet: '10.0.0.0/16', range: '10.0.5.0/24', gateway: '10.0.5.0' });
    expect(allocateAddress(ranged, new Set(), undefined)).toBe('10.0.5.1');
    expect(allocateAddress(ranged, new Set(), '10.0.9.9')).toBe('10.0.9.9');
    expect(() => allocateAddress(ranged, new Set(), '10.1.0.0')).toThrow('requested address is out of range');
    expect(() => allocateAddress(ranged, new Set(), '10.0.5.0')).toThrow('Address already in use');
    expect(() => allocateAddress(ranged, new Set(['10.0.5.7']), '10.0.5.7')).toThrow('Address already in use');
  });

  it('uses both addresses of a block of two', () => {
    const pair = network({ subnet: '10.0.0.0/31', range: '10.0.0.0/31', gateway: '10.0.0.0', reserved: [] });
    expect(allocateAddress(pair, new Set(), undefined)).toBe('10.0.0.1');
  });
});
