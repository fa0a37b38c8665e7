import { describe, expect, it } from 'vitest';
import type { HostConfig, PortBinding } from '../../api/types.ts';
import { PortAllocator } from './port-allocator.ts';
import { exposedPorts, portKey, portRequests } from './port-requests.ts';

describe('PortAllocator', () => {
  const at = (port: number, address = '0.0.0.0', protocol: 'tcp' | 'udp' = 'tcp') => ({ port, address, protocol });

  it('gives a port once, at an address or at all of them', () => {
    const ports = new PortAllocator();
    const first = ports.take(at(80));
    expect(() => ports.take(at(80))).toThrow('Bind for 0.0.0.0:80 failed: port is already allocated');
    expect(() => ports.take(at(80, '127.0.0.1'))).toThrow('Bind for 127.0.0.1:80 failed: port is already allocated');
    ports.take(at(80, '0.0.0.0', 'udp'));
    ports.release(first);
    ports.take(at(80, '127.0.0.1'));
    ports.take(at(80, '172.17.0.1'));
    expect(() => ports.take(at(80))).toThrow('already allocated');
  });

  it('gives the first free port of a range', () => {
    const ports = new PortAllocator();
    expect([1, 2].map(() => ports.takeWithin('tcp', '0.0.0.0', 90, 91).port)).toEqual([90, 91]);
    expect(() => ports.takeWithin('tcp', '0.0.0.0', 90, 91)).toThrow('all ports are allocated');
  });

  it('gives ports nobody asked for in turn, so that one just freed is not seen again at once', () => {
    const ports = new PortAllocator();
    const first = ports.takeAny('tcp', '0.0.0.0');
    ports.release(first);
    expect([first.port, ports.takeAny('tcp', '0.0.0.0').port]).toEqual([32768, 32769]);
  });
});

describe('port requests', () => {
  const requests = (
    bindings: Readonly<Record<string, readonly Partial<PortBinding>[]>>,
    exposed: string[] = [],
    all = false,
  ) =>
    portRequests({
      config: { ExposedPorts: Object.fromEntries(exposed.map((key) => [key, {}])) },
      host: { PortBindings: bindings as HostConfig['PortBindings'], PublishAllPorts: all },
    });

  it('come from bindings', () => {
    expect(
      requests({
        '80/tcp': [
          { HostIp: '', HostPort: '8080' },
          { HostIp: '127.0.0.1', HostPort: '8000-8010' },
        ],
        '53/udp': [{ HostIp: '', HostPort: '' }],
      }),
    ).toEqual([
      { protocol: 'udp', port: 53, hostAddress: '' },
      { protocol: 'tcp', port: 80, hostAddress: '', range: [8080, 8080] },
      { protocol: 'tcp', port: 80, hostAddress: '127.0.0.1', range: [8000, 8010] },
    ]);
  });

  it('come from exposed ports with --publish-all', () => {
    expect(requests({}, ['80/tcp', '9000-9001'])).toEqual([]);
    expect(requests({ '80/tcp': [{ HostPort: '8080' }] }, ['80/tcp', '9000-9001'], true)).toEqual([
      { protocol: 'tcp', port: 80, hostAddress: '', range: [8080, 8080] },
      { protocol: 'tcp', port: 9000, hostAddress: '' },
      { protocol: 'tcp', port: 9001, hostAddress: '' },
    ]);
    expect(exposedPorts({ config: { ExposedPorts: { '80': {} } }, host: {} }).map(portKey)).toEqual(['80/tcp']);
  });

  it.each([
    [{ 'x/tcp': [] }, 'invalid port specification: "x"'],
    [{ '0/tcp': [] }, 'invalid port specification: "0"'],
    [{ '80/foo': [] }, 'invalid port specification: "80/foo"'],
    [{ '80/sctp': [] }, 'no SCTP'],
    [{ '80/tcp': [{ HostPort: '70000' }] }, 'invalid port specification: "70000"'],
    [{ '80/tcp': [{ HostIp: 'here' }] }, 'invalid IP address: here'],
    [{ '80/tcp': [{ HostIp: '::1' }] }, 'no IPv6'],
  ])('refuse %j', (bindings, message) => expect(() => requests(bindings)).toThrow(message));
});
