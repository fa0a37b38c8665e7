import type { ContainerConfig, HostConfig } from '../../api/types.ts';
import type { Directory } from '../../files/node.ts';
import type { NamespaceType, ProcessSpec, RuntimeSpec } from '../../machine/runtime-spec.ts';
import type { ContainerMount } from '../volumes/mount-point.ts';
import { capabilitySets, grantedCapabilities } from './capabilities.ts';
import { DEFAULT_DEVICES } from './devices.ts';
import { processEnvironment } from './environment.ts';
import { containerMounts } from './mounts.ts';
import { MASKED_PATHS, READONLY_PATHS } from './paths.ts';
import { resourceLimits, resourceUlimits } from './resources.ts';
import { resolveUser } from './users.ts';

export interface RuntimeInput {
  /** 64 hex digits. */
  readonly id: string;
  /** Program and arguments, from entrypoint and command. */
  readonly args: readonly string[];
  readonly config: ContainerConfig;
  readonly host: HostConfig;
  /** Binds, volumes and tmpfs asked for. */
  readonly mounts?: readonly ContainerMount[];
  /** Path of the network namespace to join; left out for one of its own, or the host's. */
  readonly networkNamespace?: string;
  /** Whose `/etc/hosts` and the like are mounted; left out for its own. */
  readonly etcOwner?: string;
  /** The image's merged file tree, in which users are looked up. */
  readonly root: Directory;
}

/** Where a container's root is in the guest: what `docker inspect` gives as MergedDir. */
export const overlayDirectory = (id: string): string => `/var/lib/docker/overlay2/${id}`;

/** The OCI runtime configuration dockerd would write for this container. Throws ContainerError for an unknown user. */
export function runtimeConfig(input: RuntimeInput): RuntimeSpec {
  const { id, config, host } = input;
  const sandboxed = !host.Privileged;
  return {
    ociVersion: '1.1.0',
    process: initialProcess(input),
    root: { path: `${overlayDirectory(id)}/merged`, ...(host.ReadonlyRootfs && { readonly: true }) },
    hostname: config.Hostname,
    mounts: containerMounts(input.etcOwner ?? id, host, input.mounts ?? []),
    linux: {
      namespaces: namespaces(host, input.networkNamespace),
      devices: DEFAULT_DEVICES,
      cgroupsPath: `/docker/${id}`,
      resources: resourceLimits(host),
      ...(host.Sysctls && { sysctl: host.Sysctls }),
      maskedPaths: sandboxed ? (host.MaskedPaths ?? MASKED_PATHS) : [],
      readonlyPaths: sandboxed ? (host.ReadonlyPaths ?? READONLY_PATHS) : [],
    },
  };
}

function namespaces(host: HostConfig, network: string | undefined): RuntimeSpec['linux']['namespaces'] {
  const shared: readonly (readonly [NamespaceType, string])[] = [
    ['mount', ''],
    ['network', host.NetworkMode],
    ['uts', host.UTSMode],
    ['pid', host.PidMode],
    ['cgroup', host.CgroupnsMode],
    ['ipc', host.IpcMode],
  ];
  return shared
    .filter(([, mode]) => mode !== 'host')
    .map(([type]) => (type === 'network' && network !== undefined ? { type, path: network } : { type }));
}

function initialProcess({ args, config, host, root }: RuntimeInput): ProcessSpec {
  const user = resolveUser(config.User, root, host.GroupAdd ?? []);
  const granted = grantedCapabilities(host.CapAdd ?? [], host.CapDrop ?? [], host.Privileged);
  const [height, width] = host.ConsoleSize;
  return {
    terminal: config.Tty,
    ...(config.Tty && height > 0 && width > 0 && { consoleSize: { height, width } }),
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args,
    env: processEnvironment({ hostname: config.Hostname, tty: config.Tty, env: config.Env ?? [], home: user.home }),
    cwd: config.WorkingDir || '/',
    capabilities: capabilitySets(granted, user.uid),
    rlimits: resourceUlimits(host),
    noNewPrivileges: (host.SecurityOpt ?? []).some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
    oomScoreAdj: host.OomScoreAdj,
  };
}

/** A process added to a running container by `docker exec`. */
export function execProcess(
  input: RuntimeInput,
  exec: {
    readonly args: readonly string[];
    readonly tty: boolean;
    readonly env: readonly string[];
    readonly user: string;
    readonly cwd: string;
    readonly privileged: boolean;
    readonly consoleSize: readonly [number, number] | undefined;
  },
): ProcessSpec {
  const { config, host, root } = input;
  const base = initialProcess({ ...input, config: { ...config, User: exec.user || config.User } });
  const user = resolveUser(exec.user || config.User, root, host.GroupAdd ?? []);
  const granted = grantedCapabilities(host.CapAdd ?? [], host.CapDrop ?? [], host.Privileged || exec.privileged);
  const { consoleSize: _, ...rest } = base;
  const [height, width] = exec.consoleSize ?? [0, 0];
  return {
    ...rest,
    terminal: exec.tty,
    ...(exec.tty && height > 0 && width > 0 && { consoleSize: { height, width } }),
    args: exec.args,
    env: processEnvironment({
      hostname: config.Hostname,
      tty: exec.tty,
      env: [...(config.Env ?? []), ...exec.env],
      home: user.home,
    }),
    cwd: exec.cwd || config.WorkingDir || '/',
    capabilities: capabilitySets(granted, user.uid),
  };
}
