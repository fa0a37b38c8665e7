import type { ContainerConfig, ContainerCreateRequest, HostConfig } from '../api/types.ts';
import { cleanAbsolute } from '../files/path.ts';
import type { ContainerConfig as ImageContainerConfig } from '../image/documents.ts';
import { invalidParameter } from './errors.ts';
import { grantedCapabilities } from './runtime/capabilities.ts';
import { DEFAULT_SHM_SIZE } from './runtime/mounts.ts';
import { MASKED_PATHS, READONLY_PATHS } from './runtime/paths.ts';
import { parseSignal } from './signals.ts';

/** Smallest memory limit that dockerd takes, in bytes. */
const LEAST_MEMORY = 6 * 1024 * 1024;

/**
 * A container's configuration: the request's, with what it leaves out taken from the image (moby, "merge").
 * Throws ContainerError `invalid-parameter`.
 */
export function mergeConfig(
  request: ContainerCreateRequest,
  image: ImageContainerConfig,
  hostname: string,
): ContainerConfig {
  const resetEntrypoint = request.Entrypoint?.length === 1 && request.Entrypoint[0] === '';
  let entrypoint = request.Entrypoint ?? null;
  let command = request.Cmd ?? null;
  if (!entrypoint?.length) {
    if (!command?.length) command = image.Cmd ?? null;
    entrypoint ??= image.Entrypoint ?? null;
  }
  if (resetEntrypoint) entrypoint = null;
  if (!entrypoint?.length && !command?.length) throw invalidParameter('no command specified');
  if (request.StopSignal) parseSignal(request.StopSignal);

  const workingDir = workingDirectory(request.WorkingDir || image.WorkingDir || '');
  const { HostConfig: _, NetworkingConfig: __, ...rest } = request;
  const healthcheck = request.Healthcheck ?? image.Healthcheck;
  const ports = { ...image.ExposedPorts, ...request.ExposedPorts };
  const stopSignal = request.StopSignal || image.StopSignal;
  const shell = request.Shell ?? image.Shell;
  const volumes = { ...image.Volumes, ...request.Volumes };
  return {
    Hostname: request.Hostname || hostname,
    Domainname: rest.Domainname ?? '',
    User: request.User || image.User || '',
    AttachStdin: rest.AttachStdin ?? false,
    AttachStdout: rest.AttachStdout ?? false,
    AttachStderr: rest.AttachStderr ?? false,
    ...(Object.keys(ports).length > 0 && { ExposedPorts: ports }),
    Tty: rest.Tty ?? false,
    OpenStdin: rest.OpenStdin ?? false,
    StdinOnce: rest.StdinOnce ?? false,
    Env: mergeImageEnvironment(request.Env ?? [], image.Env ?? []),
    Cmd: command,
    ...(healthcheck && { Healthcheck: healthcheck }),
    Image: rest.Image ?? '',
    Volumes: Object.keys(volumes).length > 0 ? volumes : null,
    WorkingDir: workingDir,
    Entrypoint: entrypoint,
    ...(rest.NetworkDisabled && { NetworkDisabled: true }),
    OnBuild: image.OnBuild ?? null,
    Labels: { ...image.Labels, ...request.Labels },
    ...(stopSignal && { StopSignal: stopSignal }),
    ...(rest.StopTimeout !== undefined && rest.StopTimeout !== null && { StopTimeout: rest.StopTimeout }),
    ...(shell && { Shell: shell }),
  };
}

/** The user's variables, then those of the image that the user did not name. A bare `NAME` only takes one out. */
function mergeImageEnvironment(own: readonly string[], image: readonly string[]): readonly string[] {
  const nameOf = (entry: string): string => entry.split('=', 1)[0] ?? entry;
  const names = new Set(own.map(nameOf));
  return [...own.filter((entry) => entry.includes('=')), ...image.filter((entry) => !names.has(nameOf(entry)))];
}

/** Throws ContainerError `invalid-parameter` for a relative one. */
function workingDirectory(path: string): string {
  if (path === '') return '';
  if (path.startsWith('/')) return cleanAbsolute(path);
  throw invalidParameter(`the working directory '${path}' is invalid, it needs to be an absolute path`);
}

/** A host configuration with dockerd's defaults for what the request leaves out. Throws ContainerError. */
export function completeHostConfig(request: Partial<HostConfig> = {}): HostConfig {
  const privileged = request.Privileged ?? false;
  const networkMode = request.NetworkMode && request.NetworkMode !== 'default' ? request.NetworkMode : 'bridge';
  const host: HostConfig = {
    Binds: null,
    ContainerIDFile: '',
    PortBindings: {},
    VolumeDriver: '',
    VolumesFrom: null,
    CapAdd: null,
    CapDrop: null,
    Dns: [],
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: null,
    GroupAdd: null,
    Cgroup: '',
    Links: null,
    OomScoreAdj: 0,
    PidMode: '',
    PublishAllPorts: false,
    ReadonlyRootfs: false,
    SecurityOpt: null,
    UTSMode: '',
    UsernsMode: '',
    Isolation: '',
    CpuShares: 0,
    Memory: 0,
    NanoCpus: 0,
    CgroupParent: '',
    BlkioWeight: 0,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: [],
    BlkioDeviceWriteBps: [],
    BlkioDeviceReadIOps: [],
    BlkioDeviceWriteIOps: [],
    CpuPeriod: 0,
    CpuQuota: 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: '',
    CpusetMems: '',
    Devices: [],
    DeviceCgroupRules: null,
    DeviceRequests: null,
    MemoryReservation: 0,
    Ulimits: [],
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    ...request,
    LogConfig: {
      Type: request.LogConfig?.Type || 'json-file',
      Config: request.LogConfig?.Config ?? {},
    },
    NetworkMode: networkMode,
    RestartPolicy: {
      Name: request.RestartPolicy?.Name || 'no',
      MaximumRetryCount: request.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    AutoRemove: request.AutoRemove ?? false,
    ConsoleSize: request.ConsoleSize ?? [0, 0],
    CgroupnsMode: request.CgroupnsMode || (privileged ? 'host' : 'private'),
    IpcMode: request.IpcMode || 'private',
    Privileged: privileged,
    ShmSize: request.ShmSize || DEFAULT_SHM_SIZE,
    MemorySwap: request.MemorySwap || (request.Memory ?? 0) * 2,
    Runtime: request.Runtime || 'runc',
    // As dockerd with cgroup v2: "no limit" and what the kernel cannot do are not kept.
    MemorySwappiness: request.MemorySwappiness === -1 ? null : (request.MemorySwappiness ?? null),
    PidsLimit: (request.PidsLimit ?? 0) > 0 ? (request.PidsLimit ?? null) : null,
    OomKillDisable: null,
    MaskedPaths: request.MaskedPaths ?? (privileged ? null : MASKED_PATHS),
    ReadonlyPaths: request.ReadonlyPaths ?? (privileged ? null : READONLY_PATHS),
  };
  verify(host);
  return host;
}

function verify(host: HostConfig): void {
  grantedCapabilities(host.CapAdd ?? [], host.CapDrop ?? [], host.Privileged);
  if (host.Memory > 0 && host.Memory < LEAST_MEMORY) throw invalidParameter('Minimum memory limit allowed is 6MB');
  if (host.Memory > 0 && host.MemorySwap > 0 && host.MemorySwap < host.Memory) {
    throw invalidParameter('Minimum memoryswap limit should be larger than memory limit, see usage');
  }
  if (host.NanoCpus > 0 && host.CpuPeriod > 0) {
    throw invalidParameter('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  }
  if (host.NanoCpus > 0 && host.CpuQuota > 0) {
    throw invalidParameter('Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  }
  if (host.NanoCpus < 0 || host.NanoCpus > 1e9) {
    throw invalidParameter('Range of CPUs is from 0.01 to 1.00, as there are only 1 CPUs available');
  }
  if (host.LogConfig.Type !== 'json-file') {
    throw invalidParameter(
      `error looking up logging plugin ${host.LogConfig.Type}: plugin "${host.LogConfig.Type}" not found`,
    );
  }
  const { Name, MaximumRetryCount } = host.RestartPolicy;
  if (!['no', 'always', 'unless-stopped', 'on-failure'].includes(Name)) {
    throw invalidParameter(
      `invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (Name !== 'on-failure' && MaximumRetryCount !== 0) {
    throw invalidParameter("invalid restart policy: maximum retry count can only be used with 'on-failure'");
  }
  if (host.AutoRemove && Name !== 'no') {
    throw invalidParameter("can't create 'AutoRemove' container with restart policy");
  }
}
