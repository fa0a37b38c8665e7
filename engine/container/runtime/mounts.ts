import type { HostConfig } from '../../api/types.ts';
import { cleanAbsolute } from '../../files/path.ts';
import type { MountSpec } from '../../machine/runtime-spec.ts';
import { type ContainerMount, mountSpecs } from '../volumes/mount-point.ts';

/** Bytes of /dev/shm if a container asks for nothing. */
export const DEFAULT_SHM_SIZE = 64 * 1024 * 1024;

/** Where the engine keeps a container's own files in the guest. */
export const containerDirectory = (id: string): string => `/var/lib/docker/containers/${id}`;

/**
 * The mounts of a container: those every one gets, unless its own take their place, then its own.
 * @param etcOwner ID of the container whose `/etc/hosts` and the like it has
 */
export function containerMounts(
  etcOwner: string,
  host: HostConfig,
  own: readonly ContainerMount[],
): readonly MountSpec[] {
  const taken = new Set(own.map(({ destination }) => destination));
  const tmpfs = new Set(Object.keys(host.Tmpfs ?? {}).map(cleanAbsolute));
  return [
    ...defaultMounts(etcOwner, host).filter(({ destination }) => !taken.has(destination)),
    // A tmpfs takes the place of a volume that only the image names.
    ...mountSpecs(own.filter(({ destination }) => !tmpfs.has(destination))),
  ];
}

/** The mounts every container gets (moby, "DefaultLinuxSpec"), then the files Docker binds over /etc, then tmpfs. */
function defaultMounts(etcOwner: string, host: HostConfig): readonly MountSpec[] {
  const shm = host.ShmSize > 0 ? host.ShmSize : DEFAULT_SHM_SIZE;
  const privileged = host.Privileged;
  const system = privileged ? 'rw' : 'ro';
  const bind = (name: string): MountSpec => ({
    destination: `/etc/${name}`,
    type: 'bind',
    source: `${containerDirectory(etcOwner)}/${name}`,
    options: ['rbind', 'rprivate'],
  });
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', system] },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [system, 'nosuid', 'noexec', 'nodev'],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${shm}`],
    },
    bind('resolv.conf'),
    bind('hostname'),
    bind('hosts'),
    ...Object.entries(host.Tmpfs ?? {}).map(([destination, options]) => ({
      destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['noexec', 'nosuid', 'nodev', ...options.split(',').filter((option) => option !== '')],
    })),
  ];
}
