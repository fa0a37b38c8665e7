import type { ContainerConfig, EndpointSettings, HostConfig } from '../api/types.ts';
import type { ImageConfig } from '../image/documents.ts';
import type { Layer } from '../image/image.ts';
import type { Digest } from '../stores/blob-store.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { ContainerMount } from './volumes/mount-point.ts';

/** Everything about a container that outlives the engine's process: what the state store keeps under `containers/ID`. */
export interface ContainerRecord {
  /** 64 hex digits. */
  readonly id: string;
  /** Without a leading slash. */
  readonly name: string;
  /** Microseconds since the epoch. */
  readonly created: number;
  readonly image: Digest;
  /** The image's config and layers (bottom first), kept because `rmi --force` may take the image away. */
  readonly imageConfig: ImageConfig;
  readonly layers: readonly Layer[];
  /** Program, and what follows it: entrypoint and command put together. */
  readonly path: string;
  readonly args: readonly string[];
  readonly config: ContainerConfig;
  readonly host: HostConfig;
  /** Binds, volumes and tmpfs, as asked for at create. */
  readonly mounts: readonly ContainerMount[];
  /** By network name, as asked for at create and since; the network's ID once the container has been on it. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
  readonly lifecycle: Lifecycle;
  readonly restartCount: number;
  /** True once it has run in this guest: there is (or was) a writable layer. */
  readonly hasUpper: boolean;
  /** Stopped by a user, so that no restart policy but `always` brings it back. */
  readonly manuallyStopped: boolean;
}

export const recordKey = (id: string): string => `containers/${id}`;
export const RECORD_PREFIX = 'containers/';
