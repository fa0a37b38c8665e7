import { describe, expect, it } from 'vitest';
import { type EtcInput, etcFiles } from './etc-files.ts';

function written(input: { readonly host?: Partial<EtcInput['host']> } & Partial<Omit<EtcInput, 'host'>>) {
  const host = { NetworkMode: 'bridge', ...input.host } as EtcInput['host'];
  const files = etcFiles('id', {
    config: { Hostname: 'box', Domainname: '' },
    addresses: ['172.17.0.2'],
    resolves: false,
    ...input,
    host,
  });
  return Object.fromEntries(
    files.map((file) => [
      file.path.slice('/var/lib/docker/containers/id/'.length),
      'data' in file ? new TextDecoder().decode(file.data) : undefined,
    ]),
  );
}

// What Debian's dockerd 20.10 wrote, less the lines for IPv6.
describe('/etc files', () => {
  it('on the default bridge', () => {
    expect(written({})).toEqual({
      hostname: 'box\n',
      hosts: '127.0.0.1\tlocalhost\n172.17.0.2\tbox\n',
      'resolv.conf': 'nameserver 8.8.8.8\nnameserver 8.8.4.4\n',
    });
  });

  it('with all that a user can ask for', () => {
    const host = {
      ExtraHosts: ['foo:host-gateway', 'bar=1.2.3.4', 'six:[::2]'],
      Dns: ['9.9.9.9'],
      DnsSearch: ['s.x', 't.x'],
      DnsOptions: ['foo:2'],
    };
    const config = { Hostname: 'a.b.c', Domainname: 'd.e' };
    expect(written({ config, host })).toEqual({
      hostname: 'a.b.c\n',
      hosts: '127.0.0.1\tlocalhost\n172.17.0.1\tfoo\n1.2.3.4\tbar\n::2\tsix\n172.17.0.2\ta.b.c.d.e a\n',
      'resolv.conf': 'search s.x t.x\nnameserver 9.9.9.9\noptions foo:2\n',
    });
    expect(written({ config, host, resolves: true })['resolv.conf']).toBe(
      'search s.x t.x\nnameserver 127.0.0.11\noptions foo:2 ndots:0\n',
    );
    expect(written({ host: { DnsOptions: ['ndots:3'] }, resolves: true })['resolv.conf']).toBe(
      'nameserver 127.0.0.11\noptions ndots:3\n',
    );
  });

  it('without a network, and on the host’s', () => {
    expect(written({ addresses: [], host: { NetworkMode: 'none' } }).hosts).toBe('127.0.0.1\tlocalhost\n');
    expect(written({ addresses: [], host: { NetworkMode: 'host' } })).toMatchObject({
      hosts: '127.0.0.1\tlocalhost lab\n',
      'resolv.conf': '',
    });
  });
});
