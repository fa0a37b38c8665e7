import type { ContainerInspect, EndpointSettings, GraphDriver } from '../api/types.ts';
import { rfc3339Nano } from './clock.ts';
import type { Container } from './container.ts';
import type { Context } from './context.ts';
import { INIT_LAYER } from './init-layer.ts';
import { layerName, layerPath } from './layer-publisher.ts';
import { inspectState, isRunning } from './lifecycle.ts';
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
  const execs = [...container.execs.values()].filter((exec) => exec.state !== 'ended').map((exec) => exec.id);
  const ran = record.lifecycle.startedAt !== '0001-01-01T00:00:00Z';
  return {
    Id: record.id,
    Created: rfc3339Nano(record.created),
    Path: record.path,
    Args: record.args,
    State: inspectState(record.lifecycle),
    Image: record.image,
    ResolvConfPath: ran ? `${directory}/resolv.conf` : '',
    HostnamePath: ran ? `${directory}/hostname` : '',
    HostsPath: ran ? `${directory}/hosts` : '',
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
    NetworkSettings: {
      Bridge: '',
      SandboxID: '',
      SandboxKey: '',
      Ports: {},
      HairpinMode: false,
      LinkLocalIPv6Address: '',
      LinkLocalIPv6PrefixLen: 0,
      SecondaryIPAddresses: null,
      SecondaryIPv6Addresses: null,
      EndpointID: '',
      Gateway: '',
      GlobalIPv6Address: '',
      GlobalIPv6PrefixLen: 0,
      IPAddress: '',
      IPPrefixLen: 0,
      IPv6Gateway: '',
      MacAddress: '',
      Networks: endpointSettings(context, record),
    },
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

/** A container's endpoints by network name. */
export function endpointSettings(
  context: Context,
  record: ContainerRecord,
): Readonly<Record<string, EndpointSettings>> {
  return Object.fromEntries(
    Object.entries(record.endpoints).map(([name, asked]) => [
      name,
      {
        IPAMConfig: asked.IPAMConfig ?? null,
        Links: asked.Links ?? null,
        Aliases: asked.Aliases ?? null,
        MacAddress: asked.MacAddress ?? '',
        DriverOpts: asked.DriverOpts ?? null,
        GwPriority: asked.GwPriority ?? 0,
        NetworkID: isRunning(record.lifecycle) ? (context.networks.id(name) ?? '') : '',
        EndpointID: '',
        Gateway: '',
        IPAddress: '',
        IPPrefixLen: 0,
        IPv6Gateway: '',
        GlobalIPv6Address: '',
        GlobalIPv6PrefixLen: 0,
        DNSNames: null,
      },
    ]),
  );
}
