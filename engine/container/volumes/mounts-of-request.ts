import type { ContainerConfig, HostConfig, Mount } from '../../api/types.ts';
import { cleanAbsolute } from '../../files/path.ts';
import type { Machine } from '../../machine/machine.ts';
import { invalidParameter } from '../errors.ts';
import { PROPAGATIONS, parseBind, parseMode } from './bind-specification.ts';
import { checkMount, invalidMount } from './mount-configuration.ts';
import type { ContainerMount } from './mount-point.ts';
import { type Volumes, volumePath } from './volumes.ts';

export interface MountsContext {
  readonly machine: Machine;
  readonly volumes: Volumes;
  /** The mounts of another container, by name or ID. Throws ContainerError. */
  readonly mountsOf: (container: string) => readonly ContainerMount[];
}

/** A mount and whether an empty volume is filled from the image. */
export interface PlannedMount {
  readonly mount: ContainerMount;
  readonly fills: boolean;
}

/**
 * The mounts that a container is to have, its volumes made: those of other containers first, then `-v`, then `--mount`,
 * then what image and command line only name as volumes (moby, daemon, "registerMountPoints").
 * @throws ContainerError; then volumes that were made stay, as with Docker
 */
export async function mountsOfRequest(
  context: MountsContext,
  config: ContainerConfig,
  host: HostConfig,
): Promise<readonly PlannedMount[]> {
  const planned = new Map<string, PlannedMount>();
  for (const entry of host.VolumesFrom ?? []) {
    for (const mount of mountsFrom(context, entry)) planned.set(mount.destination, { mount, fills: false });
  }
  const asked = new Set<string>(Object.keys(host.Tmpfs ?? {}).map(cleanAbsolute));
  const add = (mount: PlannedMount): void => {
    const { destination } = mount.mount;
    if (asked.has(destination)) throw invalidParameter(`Duplicate mount point: ${destination}`);
    asked.add(destination);
    planned.set(destination, mount);
  };
  for (const text of host.Binds ?? []) add(await bindMount(context, text, host.VolumeDriver));
  for (const mount of host.Mounts ?? []) add(await configuredMount(context, mount));
  for (const path of Object.keys(config.Volumes ?? {})) {
    const { destination } = parseBind(path);
    if (planned.has(destination) || asked.has(destination)) continue;
    const { Name } = await context.volumes.create({ driver: host.VolumeDriver });
    planned.set(destination, { mount: { ...volumeMount(Name, destination), anonymous: true }, fills: true });
  }
  return [...planned.values()];
}

function mountsFrom({ mountsOf }: MountsContext, entry: string): readonly ContainerMount[] {
  const colon = entry.indexOf(':');
  const name = colon < 0 ? entry : entry.slice(0, colon);
  const mode = colon < 0 ? undefined : parseMode(entry.slice(colon + 1));
  return mountsOf(name).map((mount) => ({
    ...mount,
    // They belong to the other container.
    anonymous: false,
    ...(mode ? { readOnly: mode.readOnly, mode: mode.text } : {}),
  }));
}

async function bindMount({ volumes }: MountsContext, text: string, driver: string): Promise<PlannedMount> {
  const { source, destination, mode } = parseBind(text);
  if (source?.startsWith('/')) {
    const bind = { mode: mode.text, readOnly: mode.readOnly, propagation: mode.propagation ?? 'rprivate' };
    return { mount: { ...PLAIN, type: 'bind', source, destination, ...bind, makeSource: true }, fills: false };
  }
  const { Name } = await volumes.create({ name: source ?? '', driver });
  const mount = { ...volumeMount(Name, destination), mode: mode.text || 'z', readOnly: mode.readOnly };
  return { mount: { ...mount, anonymous: source === undefined }, fills: !mode.noCopy };
}

async function configuredMount({ machine, volumes }: MountsContext, asked: Mount): Promise<PlannedMount> {
  checkMount(asked);
  const { Type: type, Source: source = '', ReadOnly: readOnly = false } = asked;
  const destination = cleanAbsolute(asked.Target);
  if (type === 'tmpfs') {
    const { SizeBytes = 0, Mode = 0 } = asked.TmpfsOptions ?? {};
    const options = [
      ...(SizeBytes > 0 ? [`size=${SizeBytes}`] : []),
      ...(Mode > 0 ? [`mode=${Mode.toString(8)}`] : []),
    ];
    return { mount: { ...PLAIN, type, source: '', destination, readOnly, options }, fills: false };
  }
  if (type === 'bind') {
    const { Propagation: propagation = '', CreateMountpoint: makeSource = false } = asked.BindOptions ?? {};
    if (propagation !== '' && !PROPAGATIONS.includes(propagation)) {
      throw invalidMount(type, `invalid propagation mode: ${propagation}`);
    }
    if (!makeSource && (await machine.kindOf(source)) === undefined) {
      throw invalidMount(type, `bind source path does not exist: ${source}`);
    }
    const bind = { source: cleanAbsolute(source), propagation: propagation || 'rprivate', makeSource };
    return { mount: { ...PLAIN, type, destination, readOnly, ...bind }, fills: false };
  }
  const { Labels: labels = null, DriverConfig: driver, NoCopy: noCopy = false } = asked.VolumeOptions ?? {};
  const { Name } = await volumes.create({
    name: source,
    labels,
    driver: driver?.Name ?? '',
    driverOptions: driver?.Options ?? null,
  });
  const mount = { ...volumeMount(Name, destination), mode: 'z', readOnly, anonymous: source === '' };
  return { mount, fills: !noCopy };
}

const PLAIN = { mode: '', propagation: '', anonymous: false, makeSource: false, options: [] } as const;

function volumeMount(name: string, destination: string): ContainerMount {
  return { ...PLAIN, type: 'volume', name, source: volumePath(name), destination, readOnly: false };
}
