import type { ContainerInspect, GraphDriver } from '../api/types.ts';
import { rfc3339Nano } from './clock.ts';
import type { Container } from './container.ts';
import type { Context } from './context.ts';
import { INIT_LAYER } from './init-layer.ts';
import { layerName, layerPath } from './layer-publisher.ts';
import { inspectState } from './lifecycle.ts';
import { etcOwner } from './network/enter.ts';
import { networkSettings } from './network/inspect.ts';
import type { ContainerRecord } from './record.ts';
import { containerDirectory } from './runtime/mounts.ts';
import { overlayDirectory } from './runtime/runtime-config.ts';
import { containerSizes } from './sizes.ts';
import { mountPoint } from './volumes/mount-point.ts';

/** `GET /containers/{id}/json`. With `size`, the guest is asked how much was written. */
export async function inspectContainer(
  context: Context,
  container: Container,
  size: boolean,
): Promise<ContainerInspect> {
  const { record } = container;
  const directory = containerDirectory(record.id);
  const shared = containerDirectory(etcOwner(context, container));
  const execs = [...container.execs.values()].filter((exec) => exec.state !== 'ended').map((exec) => exec.id);
  const ran = record.lifecycle.startedAt !== '0001-01-01T00:00:00Z';
  return {
    Id: record.id,
    Created: rfc3339Nano(record.created),
    Path: record.path,
    Args: record.args,
    State: inspectState(record.lifecycle),
    Image: record.image,
    ResolvConfPath: ran ? `${shared}/resolv.conf` : '',
    HostnamePath: ran ? `${shared}/hostname` : '',
    HostsPath: ran ? `${shared}/hosts` : '',
    LogPath: ran ? `${directory}/${record.id}-json.log` : '',
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: execs.length > 0 ? execs : null,
    HostConfig: record.host,
    GraphDriver: graphDriver(record),
    ...(size && (await containerSizes(context, container))),
    Mounts: record.mounts.map(mountPoint),
    Config: record.config,
    NetworkSettings: networkSettings(container),
  };
}

function graphDriver(record: ContainerRecord): GraphDriver {
  const directory = overlayDirectory(record.id);
  const names = [INIT_LAYER, ...record.layers.map((layer) => layerName(layer.diffId)).reverse()];
  return {
    Data: {
      ID: record.id,
      LowerDir: names.map(layerPath).join(':'),
      MergedDir: `${directory}/merged`,
      UpperDir: `${directory}/diff`,
      WorkDir: `${directory}/work`,
    },
    Name: 'overlay2',
  };
}
