import { describe, expect, it } from 'vitest';
import type { IpamConfig, NetworkCreateRequest } from '../../api/types.ts';
import { planNetwork } from './create-network.ts';
import { predefinedNetworks } from './predefined.ts';

const others = predefinedNetworks({ created: '', ids: { bridge: 'b1', host: 'b2', none: 'b3' } });
const given = { id: 'a'.repeat(64), created: '2026-01-02T03:04:05Z' };
const plan = (request: Partial<NetworkCreateRequest>, there = others) =>
  planNetwork({ Name: 'mine', ...request }, there, given);
const ipam = (...config: readonly IpamConfig[]) => ({ IPAM: { Driver: 'default', Options: {}, Config: config } });

describe('planNetwork', () => {
  it('assigns what is not asked for', () => {
    expect(plan({})).toEqual({
      ...given,
      name: 'mine',
      driver: 'bridge',
      internal: false,
      attachable: false,
      options: {},
      labels: {},
      ipam: { options: {}, config: [] },
      addresses: { subnet: '172.18.0.0/16', range: '172.18.0.0/16', gateway: '172.18.0.1', reserved: [] },
    });
  });

  it('takes what is asked for', () => {
    const config = {
      Subnet: '10.9.0.0/16',
      IPRange: '10.9.4.0/24',
      Gateway: '10.9.0.9',
      AuxiliaryAddresses: { router: '10.9.4.1' },
    };
    const record = plan({ ...ipam(config), Internal: true, Labels: { a: 'b' }, Options: { x: 'y' } });
    expect(record).toMatchObject({
      internal: true,
      labels: { a: 'b' },
      options: { x: 'y' },
      ipam: { config: [config] },
    });
    expect(record.addresses).toEqual({
      subnet: '10.9.0.0/16',
      range: '10.9.4.0/24',
      gateway: '10.9.0.9',
      reserved: ['10.9.4.1'],
    });
  });

  // As dockerd does: the first address of the range, which need not be the network's first.
  it('takes the gateway from the range', () => {
    expect(plan(ipam({ Subnet: '10.9.0.0/16', IPRange: '10.9.4.0/24' })).addresses?.gateway).toBe('10.9.4.0');
    expect(plan(ipam({ Subnet: '10.9.0.0/16' })).addresses?.gateway).toBe('10.9.0.1');
  });

  it.each([
    [{ Name: 'bridge' }, 'forbidden', 'operation is not permitted on predefined bridge network'],
    [{ Name: '  ' }, 'invalid-parameter', 'invalid name: name is empty'],
    [{ Driver: 'foo' }, 'not-found', 'plugin "foo" not found'],
    [{ Driver: 'host' }, 'forbidden', 'only one instance of "host" network is allowed'],
    [{ Driver: 'overlay' }, 'forbidden', 'This node is not a swarm manager.'],
    [{ Ingress: true }, 'forbidden', 'This node is not a swarm manager.'],
    [{ EnableIPv6: true }, 'not-implemented', 'no IPv6'],
    [{ ConfigOnly: true }, 'not-implemented', 'configuration-only networks'],
    [
      ipam({ Subnet: 'foo' }),
      'invalid-parameter',
      'invalid network config:\ninvalid subnet foo: invalid CIDR block notation',
    ],
    [ipam({ Subnet: '10.8.0.1/16' }), 'invalid-parameter', 'invalid subnet 10.8.0.1/16: it should be 10.8.0.0/16'],
    [
      ipam({ Subnet: '10.8.0.0/16', Gateway: '10.9.0.1', IPRange: '10.0.0.0/8' }),
      'invalid-parameter',
      'invalid network config:\n' +
        'invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.8.0.0/16\n' +
        "invalid gateway 10.9.0.1: parent subnet 10.8.0.0/16 doesn't contain this address",
    ],
    [ipam({ Subnet: '172.17.1.0/24' }), 'forbidden', 'Pool overlaps with other one on this address space'],
    [ipam({ Subnet: '10.0.0.0/24' }, { Subnet: '10.1.0.0/24' }), 'not-implemented', 'has one subnet'],
    [{ Options: { 'com.docker.network.driver.mtu': 'x' } }, 'invalid-parameter', 'mtu'],
    [
      { Options: { 'com.docker.network.bridge.name': 'a-name-too-long-for-linux' } },
      'invalid-parameter',
      '1 to 15 bytes',
    ],
    [{ Options: { 'com.docker.network.bridge.name': 'docker0' } }, 'forbidden', 'networks have same bridge name'],
  ])('refuses %j', (request, code, message) => {
    expect(() => plan(request)).toThrow(message);
    expect(() => plan(request)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a name that is taken', () => {
    const first = { ...plan({}), id: 'b'.repeat(64) };
    expect(() => plan({}, [...others, first])).toThrow('network with name mine already exists');
    expect(plan({ Name: 'other' }, [...others, first]).addresses?.subnet).toBe('172.19.0.0/16');
  });
});
