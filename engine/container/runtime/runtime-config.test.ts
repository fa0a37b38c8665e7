import { describe, expect, it } from 'vitest';
import { directory, file, symlink } from '../../files/node.ts';
import { completeHostConfig } from '../create-config.ts';
import { capabilitySets, DEFAULT_CAPABILITIES, grantedCapabilities } from './capabilities.ts';
import { mergeEnvironment, processEnvironment } from './environment.ts';
import { resourceLimits } from './resources.ts';
import { resolveUser } from './users.ts';

describe('capabilities', () => {
  it('adds and drops as Docker does', () => {
    expect(grantedCapabilities()).toEqual(DEFAULT_CAPABILITIES);
    expect(grantedCapabilities(['net_admin'], ['CAP_MKNOD'])).toEqual([
      ...DEFAULT_CAPABILITIES.filter((name) => name !== 'CAP_MKNOD'),
      'CAP_NET_ADMIN',
    ]);
    expect(grantedCapabilities(['KILL'], ['ALL'])).toEqual(['CAP_KILL']);
    expect(grantedCapabilities(['ALL'], ['SYS_ADMIN'])).toHaveLength(40);
    expect(grantedCapabilities([], [], true)).toHaveLength(41);
    expect(() => grantedCapabilities(['NOPE'])).toThrow('invalid CapAdd: unknown capability: "CAP_NOPE"');
  });

  it('are effective for root only', () => {
    expect(capabilitySets(['CAP_KILL'], 0).effective).toEqual(['CAP_KILL']);
    expect(capabilitySets(['CAP_KILL'], 5)).toEqual({ bounding: ['CAP_KILL'] });
  });
});

describe('resolveUser', () => {
  const root = directory({
    etc: directory({
      passwd: symlink('../lib/passwd'),
      group: file('root:x:0:\nann:x:1000:\nwheel:x:10:root,ann\naudio:x:29:ann\n'),
    }),
    lib: directory({ passwd: file('root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:\n') }),
  });

  it.each([
    ['', { uid: 0, gid: 0, additionalGids: [10], home: '/root' }],
    ['ann', { uid: 1000, gid: 1000, additionalGids: [10, 29], home: '/home/ann' }],
    ['1000', { uid: 1000, gid: 1000, additionalGids: [10, 29], home: '/home/ann' }],
    ['ann:wheel', { uid: 1000, gid: 10, additionalGids: [], home: '/home/ann' }],
    ['4242:99', { uid: 4242, gid: 99, additionalGids: [], home: '/' }],
    ['4242', { uid: 4242, gid: 0, additionalGids: [], home: '/' }],
  ])('resolves %j', (spec, expected) => {
    expect(resolveUser(spec, root)).toEqual(expected);
  });

  it('adds groups, and says who is missing', () => {
    expect(resolveUser('4242', root, ['audio', '7']).additionalGids).toEqual([29, 7]);
    expect(() => resolveUser('bob', root)).toThrow('unable to find user bob: no matching entries in passwd file');
    expect(() => resolveUser('ann:nogroup', root)).toThrow(
      'unable to find group nogroup: no matching entries in group file',
    );
    expect(resolveUser('', directory())).toEqual({ uid: 0, gid: 0, additionalGids: [], home: '/' });
  });
});

describe('environment', () => {
  it('replaces in place, appends, and takes out', () => {
    expect(mergeEnvironment(['A=1', 'B=2'], ['B=3', 'C=4', 'A'])).toEqual(['B=3', 'C=4']);
  });

  it('has a path, a hostname, a home and a terminal', () => {
    expect(processEnvironment({ hostname: 'h', tty: true, env: ['PATH=/x', 'TERM=vt100'], home: '/root' })).toEqual([
      'PATH=/x',
      'HOSTNAME=h',
      'TERM=vt100',
      'HOME=/root',
    ]);
    expect(processEnvironment({ hostname: 'h', tty: false, env: ['HOME=/y'], home: '/root' })).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOSTNAME=h',
      'HOME=/y',
    ]);
  });
});

describe('resourceLimits', () => {
  it('turns options into cgroup limits', () => {
    const limits = resourceLimits(
      completeHostConfig({ Memory: 64 << 20, NanoCpus: 5e8, PidsLimit: 9, CpuShares: 512 }),
    );
    expect(limits).toMatchObject({
      memory: { limit: 64 << 20, swap: 128 << 20 },
      cpu: { shares: 512, quota: 50_000, period: 100_000 },
      pids: { limit: 9 },
    });
    expect(resourceLimits(completeHostConfig({ PidsLimit: -1 })).pids).toBeUndefined();
    expect(() => completeHostConfig({ Memory: 1000 })).toThrow('Minimum memory limit allowed is 6MB');
  });
});
