import { describe, expect, it } from 'vitest';
import { subnets } from './subnets.ts';

const given = (flags: Partial<Parameters<typeof subnets>[0]>) =>
  subnets({ subnet: [], 'ip-range': [], gateway: [], 'aux-address': [], ...flags });

describe('subnets', () => {
  it('puts every part with the subnet that it is of', () => {
    expect(
      given({
        subnet: ['10.0.0.0/16', '10.1.0.0/16'],
        'ip-range': ['10.1.5.0/24'],
        gateway: ['10.1.0.9', '10.0.0.9'],
        'aux-address': ['a=10.0.0.5', 'b=10.0.0.6'],
      }),
    ).toEqual([
      { Subnet: '10.0.0.0/16', Gateway: '10.0.0.9', AuxiliaryAddresses: { a: '10.0.0.5', b: '10.0.0.6' } },
      { Subnet: '10.1.0.0/16', IPRange: '10.1.5.0/24', Gateway: '10.1.0.9' },
    ]);
    expect(given({})).toEqual([]);
    // What it is not asked to look at is the engine's to judge.
    expect(given({ subnet: ['foo'] })).toEqual([{ Subnet: 'foo' }]);
  });

  // Docker 28's words.
  it.each([
    [{ gateway: ['10.7.0.1'] }, 'every ip-range or gateway must have a corresponding subnet'],
    [{ subnet: ['10.7.0.0/16'], gateway: ['10.8.0.1'] }, 'no matching subnet for gateway 10.8.0.1'],
    [{ subnet: ['10.7.0.0/16'], 'ip-range': ['10.8.0.0/24'] }, 'no matching subnet for range 10.8.0.0/24'],
    [{ subnet: ['10.7.0.0/16'], 'aux-address': ['a=10.8.0.1'] }, 'no matching subnet for aux-address 10.8.0.1'],
    [{ subnet: ['10.7.0.0/16', '10.7.1.0/24'] }, 'multiple overlapping subnet configuration is not supported'],
    [{ subnet: ['foo'], gateway: ['10.7.0.1'] }, 'invalid subnet: invalid CIDR address: foo'],
    [{ subnet: ['10.7.0.0/16'], 'ip-range': ['10.7.0.0/99'] }, 'invalid CIDR address: 10.7.0.0/99'],
    [
      { subnet: ['10.7.0.0/16', '10.8.0.0/16'], gateway: ['10.7.0.1', '10.7.0.2'] },
      'cannot configure multiple gateways (10.7.0.2, 10.7.0.1) for the same subnet (10.7.0.0/16)',
    ],
  ])('refuses %j', (flags, message) => expect(() => given(flags)).toThrow(message));
});
