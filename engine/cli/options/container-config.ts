import type { ContainerCreateRequest, EndpointSettings, HealthConfig, HostConfig } from '../../api/types.ts';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { FlagValues } from '../flags/flag.ts';
import type { containerFlags } from './container-flags.ts';
import { environment, keyValues, labels } from './key-values.ts';
import { mountFlag, tmpfsFlags, volumeFlags } from './mount-flags.ts';
import { publishedPorts } from './port-flags.ts';
import { device, restartPolicy, throttle, ulimit } from './resource-flags.ts';

export type ContainerFlags = FlagValues<typeof containerFlags>;

export interface ContainerFlagsGiven {
  readonly flags: ContainerFlags;
  readonly changed: ReadonlySet<string>;
  /** Image, then the command for it. */
  readonly args: readonly string[];
}

/** Body of `POST /containers/create` for a command line, as Docker's client would send it. Throws CliError. */
export async function containerConfig(session: Session, given: ContainerFlagsGiven): Promise<ContainerCreateRequest> {
  const { flags, changed, args } = given;
  const [image = '', ...command] = args;
  const attach = attachment(flags);
  const ports = publishedPorts(flags.publish, flags.expose);
  const { binds, volumes } = volumeFlags(session, flags.volume);
  const env = await environment(session, flags);
  const networks = networkFlags(flags);
  const health = healthFlags(flags, changed);
  return {
    Hostname: flags.hostname,
    Domainname: flags.domainname,
    User: flags.user,
    AttachStdin: attach.stdin,
    AttachStdout: attach.stdout,
    AttachStderr: attach.stderr,
    ...(Object.keys(ports.exposed).length > 0 ? { ExposedPorts: ports.exposed } : {}),
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    StdinOnce: flags.interactive && attach.stdin,
    Env: env.length > 0 ? env : null,
    Cmd: command.length > 0 ? command : null,
    ...(health ? { Healthcheck: health } : {}),
    Image: image,
    Volumes: volumes,
    WorkingDir: flags.workdir,
    // An empty one takes the image's away.
    Entrypoint: changed.has('entrypoint') ? [flags.entrypoint] : null,
    ...(flags['mac-address'] ? { MacAddress: flags['mac-address'] } : {}),
    OnBuild: null,
    Labels: await labels(session, flags),
    ...(flags['stop-signal'] ? { StopSignal: flags['stop-signal'] } : {}),
    ...(changed.has('stop-timeout') ? { StopTimeout: flags['stop-timeout'] } : {}),
    HostConfig: hostConfig(session, given, binds, ports.bindings, networks.mode),
    NetworkingConfig: { EndpointsConfig: networks.endpoints },
  };
}

function attachment(flags: ContainerFlags): { stdin: boolean; stdout: boolean; stderr: boolean } {
  const wanted = flags.attach.map((each) => each.toLowerCase());
  if (wanted.length === 0) return { stdin: flags.interactive, stdout: true, stderr: true };
  return { stdin: wanted.includes('stdin'), stdout: wanted.includes('stdout'), stderr: wanted.includes('stderr') };
}

function hostConfig(
  session: Session,
  { flags, changed }: ContainerFlagsGiven,
  binds: readonly string[],
  bindings: NonNullable<HostConfig['PortBindings']>,
  networkMode: string,
): Partial<HostConfig> {
  if (flags.rm && !['', 'no'].includes(restartPolicy(flags.restart).Name)) {
    throw new CliError('conflicting options: cannot specify both --restart and --rm');
  }
  const { context } = session;
  const { memory, cpus } = flags;
  const mounts = flags.mount.map((entry) => mountFlag(session.resolve, entry));
  const tmpfs = tmpfsFlags(flags.tmpfs);
  return {
    Binds: orNull(binds),
    ContainerIDFile: flags.cidfile ? session.resolve(flags.cidfile) : '',
    LogConfig: { Type: flags['log-driver'], Config: keyValues(flags['log-opt']) },
    NetworkMode: networkMode,
    PortBindings: bindings,
    RestartPolicy: restartPolicy(flags.restart),
    AutoRemove: flags.rm,
    VolumeDriver: flags['volume-driver'],
    VolumesFrom: orNull(flags['volumes-from']),
    ConsoleSize: flags.tty && context.tty.stdout ? [context.size.rows, context.size.columns] : [0, 0],
    ...(flags.annotation.length > 0 ? { Annotations: keyValues(flags.annotation) } : {}),
    CapAdd: orNull(flags['cap-add']),
    CapDrop: orNull(flags['cap-drop']),
    CgroupnsMode: flags.cgroupns,
    Dns: flags.dns,
    DnsOptions: [...flags['dns-option'], ...flags['dns-opt']],
    DnsSearch: flags['dns-search'],
    ExtraHosts: flags['add-host'].map((entry) => entry.replace(/^([^:=]+)=/, '$1:')),
    GroupAdd: orNull(flags['group-add']),
    IpcMode: flags.ipc,
    Cgroup: '',
    Links: orNull(flags.link),
    OomScoreAdj: flags['oom-score-adj'],
    PidMode: flags.pid,
    Privileged: flags.privileged,
    PublishAllPorts: flags['publish-all'],
    ReadonlyRootfs: flags['read-only'],
    SecurityOpt: orNull(flags['security-opt']),
    ...(flags['storage-opt'].length > 0 ? { StorageOpt: keyValues(flags['storage-opt']) } : {}),
    ...(flags.tmpfs.length > 0 ? { Tmpfs: tmpfs } : {}),
    UTSMode: flags.uts,
    UsernsMode: flags.userns,
    ShmSize: flags['shm-size'],
    ...(flags.sysctl.length > 0 ? { Sysctls: keyValues(flags.sysctl) } : {}),
    ...(flags.runtime ? { Runtime: flags.runtime } : {}),
    Isolation: flags.isolation,
    CpuShares: flags['cpu-shares'],
    Memory: memory,
    NanoCpus: Math.round(cpus * 1e9),
    CgroupParent: flags['cgroup-parent'],
    BlkioWeight: flags['blkio-weight'],
    BlkioWeightDevice: flags['blkio-weight-device'].map((entry) => {
      const [Path = '', weight = ''] = entry.split(':');
      return { Path, Weight: Number(weight) };
    }),
    BlkioDeviceReadBps: flags['device-read-bps'].map((entry) => throttle(entry, 'bytes')),
    BlkioDeviceWriteBps: flags['device-write-bps'].map((entry) => throttle(entry, 'bytes')),
    BlkioDeviceReadIOps: flags['device-read-iops'].map((entry) => throttle(entry, 'operations')),
    BlkioDeviceWriteIOps: flags['device-write-iops'].map((entry) => throttle(entry, 'operations')),
    CpuPeriod: flags['cpu-period'],
    CpuQuota: flags['cpu-quota'],
    CpuRealtimePeriod: flags['cpu-rt-period'],
    CpuRealtimeRuntime: flags['cpu-rt-runtime'],
    CpusetCpus: flags['cpuset-cpus'],
    CpusetMems: flags['cpuset-mems'],
    Devices: flags.device.map(device),
    DeviceCgroupRules: orNull(flags['device-cgroup-rule']),
    DeviceRequests: null,
    MemoryReservation: flags['memory-reservation'],
    MemorySwap: flags['memory-swap'],
    MemorySwappiness: flags['memory-swappiness'],
    OomKillDisable: flags['oom-kill-disable'],
    PidsLimit: flags['pids-limit'],
    Ulimits: flags.ulimit.map(ulimit),
    ...(mounts.length > 0 ? { Mounts: mounts } : {}),
    MaskedPaths: null,
    ReadonlyPaths: null,
    ...(changed.has('init') ? { Init: flags.init } : {}),
  };
}

/** The first network is the mode; more of them, and what belongs to one, are endpoints. */
function networkFlags(flags: ContainerFlags): {
  readonly mode: string;
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
} {
  const wanted = [...flags.network, ...flags.net].map((entry) => {
    const options = entry.includes('=') ? keyValues(entry.split(',')) : { name: entry };
    return { name: options.name ?? '', alias: options.alias, ip: options.ip, ip6: options.ip6 };
  });
  const mode = wanted[0]?.name ?? 'default';
  const aliases = [...flags['network-alias'], ...flags['net-alias']];
  const endpoints: Record<string, EndpointSettings> = {};
  for (const [index, { name, alias, ip, ip6 }] of wanted.entries()) {
    const own = [...(alias ? [alias] : []), ...(index === 0 ? aliases : [])];
    const ipv4 = ip ?? (index === 0 ? flags.ip : '');
    const ipv6 = ip6 ?? (index === 0 ? flags.ip6 : '');
    const ipam = {
      ...(ipv4 ? { IPv4Address: ipv4 } : {}),
      ...(ipv6 ? { IPv6Address: ipv6 } : {}),
      ...(index === 0 && flags['link-local-ip'].length > 0 ? { LinkLocalIPs: flags['link-local-ip'] } : {}),
    };
    const settings: EndpointSettings = {
      ...(own.length > 0 ? { Aliases: own } : {}),
      ...(Object.keys(ipam).length > 0 ? { IPAMConfig: ipam } : {}),
    };
    if (index > 0 || isUserDefined(name) || Object.keys(settings).length > 0) endpoints[name] = settings;
  }
  return { mode, endpoints };
}

function isUserDefined(network: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(network) && !network.startsWith('container:');
}

function healthFlags(flags: ContainerFlags, changed: ReadonlySet<string>): HealthConfig | undefined {
  const given = ['cmd', 'interval', 'timeout', 'retries', 'start-period', 'start-interval'].filter((name) =>
    changed.has(`health-${name}`),
  );
  if (flags['no-healthcheck']) {
    if (given.length > 0) throw new CliError('--no-healthcheck conflicts with --health-* options');
    return { Test: ['NONE'] };
  }
  if (given.length === 0) return undefined;
  for (const name of ['interval', 'timeout', 'start-period', 'start-interval'] as const) {
    if (flags[`health-${name}`] < 0) throw new CliError(`--health-${name} cannot be negative`);
  }
  if (flags['health-retries'] < 0) throw new CliError('--health-retries cannot be negative');
  return {
    ...(flags['health-cmd'] ? { Test: ['CMD-SHELL', flags['health-cmd']] } : {}),
    Interval: flags['health-interval'],
    Timeout: flags['health-timeout'],
    StartPeriod: flags['health-start-period'],
    StartInterval: flags['health-start-interval'],
    Retries: flags['health-retries'],
  };
}

function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}
