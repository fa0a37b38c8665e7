import type { MountPoint } from '../../api/types.ts';
import type { MountSpec } from '../../machine/runtime-spec.ts';

/** A mount of a container's, as its record keeps it. */
export interface ContainerMount {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  /** A volume's name. */
  readonly name?: string;
  /** Absolute in the guest host; empty for a tmpfs. */
  readonly source: string;
  /** Absolute in the container. */
  readonly destination: string;
  /** As `docker inspect` shows it: what `-v` said, or `z`. */
  readonly mode: string;
  readonly readOnly: boolean;
  /** `rprivate` for a bind; empty for others. */
  readonly propagation: string;
  /** The volume was made for this container alone, and goes with `docker rm -v`. */
  readonly anonymous: boolean;
  /** A bind's source is made if it is missing (`-v`, not `--mount`). */
  readonly makeSource: boolean;
  /** A tmpfs's own options, such as `size=1m`. */
  readonly options: readonly string[];
}

/** As `docker inspect` gives it. */
export function mountPoint(mount: ContainerMount): MountPoint {
  const { type, name, source, destination, mode, readOnly, propagation } = mount;
  return {
    Type: type,
    ...(name === undefined ? {} : { Name: name }),
    Source: source,
    Destination: destination,
    ...(type === 'volume' ? { Driver: 'local' } : {}),
    Mode: mode,
    RW: !readOnly,
    Propagation: propagation,
  };
}

/** As the runtime specification's `mounts` have it, parents before what lies below them. */
export function mountSpecs(mounts: readonly ContainerMount[]): readonly MountSpec[] {
  const depth = ({ destination }: ContainerMount): number => destination.split('/').length;
  return [...mounts]
    .sort((a, b) => depth(a) - depth(b))
    .map(({ type, source, destination, readOnly, propagation, options }) =>
      type === 'tmpfs'
        ? {
            destination,
            type,
            source: 'tmpfs',
            options: ['noexec', 'nosuid', 'nodev', ...(readOnly ? ['ro'] : []), ...options],
          }
        : {
            destination,
            type: 'bind',
            source,
            options: ['rbind', readOnly ? 'ro' : 'rw', propagation || 'rprivate'],
          },
    );
}
