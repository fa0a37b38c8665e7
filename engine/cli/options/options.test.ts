import { describe, expect, it } from 'vitest';
import type { ContainerCreateRequest } from '../../api/types.ts';
import { fakeEngine, runCli } from '../testing/fake-cli.ts';
import { timestamp } from '../timestamps.ts';
import { publishedPorts } from './port-flags.ts';
import { restartPolicy, ulimit } from './resource-flags.ts';

async function created(...argv: readonly string[]): Promise<ContainerCreateRequest> {
  const engine = fakeEngine(() => Response.json({ Id: 'x', Warnings: [] }));
  const { stderr } = await runCli(['create', ...argv], engine, { env: { HOME: '/root' } });
  if (stderr) throw new Error(stderr);
  return JSON.parse(engine.seen[0]?.body ?? '') as ContainerCreateRequest;
}

describe('docker create', () => {
  it('sends what Docker sends when nothing is asked for', async () => {
    expect(await created('alpine')).toMatchObject({
      Hostname: '',
      AttachStdin: false,
      AttachStdout: true,
      AttachStderr: true,
      OpenStdin: false,
      StdinOnce: false,
      Env: null,
      Cmd: null,
      Image: 'alpine',
      Volumes: {},
      Entrypoint: null,
      Labels: {},
      HostConfig: {
        Binds: null,
        NetworkMode: 'default',
        PortBindings: {},
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        Memory: 0,
        MemorySwappiness: -1,
        PidsLimit: 0,
        OomKillDisable: false,
      },
    });
  });

  it('sends what belongs to the container', async () => {
    const body = await created(
      ...['-it', '-e', 'A=1', '-e', 'HOME', '-e', 'NOTHERE', '-l', 'a=b', '-l', 'c', '-w', '/w', '-u', '1:2'],
      ...['--entrypoint', '', '--hostname', 'h', '--stop-signal', 'INT', '--stop-timeout', '0', '--expose', '80-81'],
      ...['--health-cmd', 'true', '--health-interval', '1s', 'alpine', 'sh', '-c', 'x'],
    );
    expect(body).toMatchObject({
      Tty: true,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      Env: ['A=1', 'HOME=/root'],
      Labels: { a: 'b', c: '' },
      WorkingDir: '/w',
      User: '1:2',
      Entrypoint: [''],
      Hostname: 'h',
      StopSignal: 'INT',
      StopTimeout: 0,
      ExposedPorts: { '80/tcp': {}, '81/tcp': {} },
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 1e9 },
      Cmd: ['sh', '-c', 'x'],
    });
  });

  it('sends what belongs to the host', async () => {
    const { HostConfig, Volumes, NetworkingConfig } = await created(
      ...['-m', '64m', '--cpus', '1.5', '-p', '8080:80', '-v', './a:/b', '-v', '/anon', '-v', 'named:/c:ro'],
      ...['--tmpfs', '/run:size=1m', '--mount', 'type=bind,src=../x,dst=/y,readonly', '--restart', 'on-failure:3'],
      ...[
        '--ulimit',
        'nofile=10:20',
        '--cap-add',
        'SYS_ADMIN',
        '--init',
        '--network',
        'mine',
        '--network-alias',
        'web',
      ],
      ...['--device', '/dev/null:/dev/x:r', '--log-opt', 'max-size=1m', 'alpine'],
    );
    expect(HostConfig).toMatchObject({
      Memory: 64 * 1024 ** 2,
      NanoCpus: 1.5e9,
      PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] },
      Binds: ['/project/a:/b', 'named:/c:ro'],
      Tmpfs: { '/run': 'size=1m' },
      Mounts: [{ Type: 'bind', Source: '/x', Target: '/y', ReadOnly: true }],
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
      Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }],
      CapAdd: ['SYS_ADMIN'],
      Init: true,
      NetworkMode: 'mine',
      Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/x', CgroupPermissions: 'r' }],
      LogConfig: { Type: '', Config: { 'max-size': '1m' } },
    });
    expect(Volumes).toEqual({ '/anon': {} });
    expect(NetworkingConfig).toEqual({ EndpointsConfig: { mine: { Aliases: ['web'] } } });
  });
});

describe('publishedPorts', () => {
  it.each([
    ['80', { '80/tcp': [{ HostIp: '', HostPort: '' }] }],
    ['8080:80/udp', { '80/udp': [{ HostIp: '', HostPort: '8080' }] }],
    ['127.0.0.1::80', { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] }],
    ['[::1]:8080:80', { '80/tcp': [{ HostIp: '::1', HostPort: '8080' }] }],
    ['90-91:80-81', { '80/tcp': [{ HostIp: '', HostPort: '90' }], '81/tcp': [{ HostIp: '', HostPort: '91' }] }],
    ['90-99:80', { '80/tcp': [{ HostIp: '', HostPort: '90-99' }] }],
  ])('%s', (spec, bindings) => {
    expect(publishedPorts([spec], []).bindings).toEqual(bindings);
  });

  // Docker 28's words.
  it.each([
    ['foo', 'invalid containerPort: foo'],
    ['80:70000', 'invalid containerPort: 70000'],
    ['foo:80', 'invalid hostPort: foo'],
    ['1.2.3:80:80', 'invalid IP address: 1.2.3'],
    ['80/foo', 'invalid proto: foo'],
    ['80-82:90-91', 'invalid ranges specified for container and host Ports: 90-91 and 80-82'],
  ])('refuses %s', (spec, message) => {
    expect(() => publishedPorts([spec], [])).toThrow(message);
  });
});

describe('resource flags', () => {
  it('refuse what Docker refuses', () => {
    expect(() => ulimit('foo')).toThrow('invalid ulimit argument: foo');
    expect(() => ulimit('nofile=10:5')).toThrow('ulimit soft limit must be less than or equal to hard limit: 10 > 5');
    expect(() => restartPolicy('on-failure:x')).toThrow('maximum retry count must be an integer');
    expect(restartPolicy('always')).toEqual({ Name: 'always', MaximumRetryCount: 0 });
  });
});

describe('timestamp', () => {
  const now = 1_800_000_000_500;

  it.each([
    ['5s', '1799999995'],
    ['1h30m', '1799994600'],
    ['1136073845', '1136073845'],
    ['1136073845.5', '1136073845.5'],
    ['2006-01-02T15:04:05Z', '1136214245.000000000'],
    ['2006-01-02T15:04:05.123456789+01:00', '1136210645.123456789'],
    ['2006-01-02T15:04', '1136214240.000000000'],
    ['2006-01-02', '1136160000.000000000'],
  ])('%s', (text, seconds) => {
    expect(timestamp(text, now)).toBe(seconds);
  });

  it('refuses anything else', () => {
    expect(() => timestamp('foo')).toThrow('failed to parse value as time or duration: "foo"');
  });
});
