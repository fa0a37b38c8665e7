import type { ContainerSummary, Filters } from '../api/types.ts';
import { ImageError } from '../image/errors.ts';
import type { Container } from './container.ts';
import { type Context, findContainer } from './context.ts';
import { invalidParameter } from './errors.ts';
import { checkFilters, matchesLabels, matchesPattern } from './filters.ts';
import { describeStatus } from './human.ts';
import { isRunning } from './lifecycle.ts';
import { endpointSettings, portSummaries } from './network/inspect.ts';
import { exposedPorts, parsePortFilter, portKey } from './network/port-requests.ts';
import type { ContainerRecord } from './record.ts';
import { containerSizes } from './sizes.ts';
import { mountPoint } from './volumes/mount-point.ts';

export interface ListOptions {
  /** Also those that do not run. */
  readonly all?: boolean;
  /** The newest so many, running or not; 0 or less for all. */
  readonly limit?: number;
  readonly size?: boolean;
  readonly filters?: Filters;
}

const FILTERS = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'is-task',
  'isolation',
  'label',
  'label!',
  'name',
  'network',
  'publish',
  'since',
  'status',
  'volume',
];
const STATUSES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

/** `GET /containers/json`, newest first. Throws ContainerError for a filter Docker would refuse. */
export async function listContainers(context: Context, options: ListOptions): Promise<readonly ContainerSummary[]> {
  const filters = options.filters ?? {};
  checkFilters(filters, FILTERS);
  const matches = matcher(context, filters);
  const limit = options.limit ?? 0;
  // Asking for states or the last few means not only the running ones.
  const all = options.all || limit > 0 || Boolean(filters.status?.length || filters.exited?.length);
  const chosen = newestFirst(context).filter(
    (container) =>
      (all || isRunning(container.record.lifecycle) || container.record.lifecycle.status === 'restarting') &&
      matches(container),
  );
  const limited = limit > 0 ? chosen.slice(0, limit) : chosen;
  return Promise.all(limited.map((container) => summarize(context, container, options.size ?? false)));
}

const newestFirst = (context: Context): Container[] =>
  [...context.containers.values()].sort((a, b) => b.record.created - a.record.created);

function matcher(context: Context, filters: Filters): (container: Container) => boolean {
  for (const status of filters.status ?? []) {
    if (!STATUSES.includes(status)) throw invalidParameter(`invalid filter 'status=${status}'`);
  }
  const exited = (filters.exited ?? []).map((text) => {
    if (!/^-?\d+$/.test(text)) throw invalidParameter(`invalid filter 'exited=${text}'`);
    return Number(text);
  });
  const before = (filters.before ?? []).map((query) => findContainer(context, query).record.created);
  const since = (filters.since ?? []).map((query) => findContainer(context, query).record.created);
  const exposed = (filters.expose ?? []).flatMap(parsePortFilter);
  const published = (filters.publish ?? []).flatMap(parsePortFilter);
  const ancestors = filters.ancestor && ancestorImages(context, filters.ancestor);
  return ({ record }) => {
    const { lifecycle, config, host } = record;
    const labels = config.Labels ?? {};
    if (filters.status?.length && !filters.status.includes(lifecycle.status)) return false;
    if (exited.length > 0) {
      const ended = lifecycle.status === 'exited' || lifecycle.status === 'dead';
      if (!ended || !exited.includes(lifecycle.exitCode)) return false;
    }
    if (before.some((created) => record.created >= created)) return false;
    if (since.some((created) => record.created <= created)) return false;
    if (filters.id?.length && !filters.id.some((id) => record.id.startsWith(id))) return false;
    if (!matchesPattern(filters.name, record.name, `/${record.name}`)) return false;
    if (!matchesLabels(filters.label ?? [], labels)) return false;
    if (filters['label!']?.length && matchesLabels(filters['label!'], labels)) return false;
    if (ancestors && !ancestors(record)) return false;
    if (filters.network?.length && !filters.network.some((wanted) => isOn(record, wanted))) return false;
    if (filters.volume?.length && !filters.volume.some((wanted) => mounts(record, wanted))) return false;
    if (exposed.length > 0 && !exposedPorts({ config, host: {} }).some((port) => exposed.includes(portKey(port)))) {
      return false;
    }
    if (published.length > 0 && !exposedPorts({ config: {}, host }).some((port) => published.includes(portKey(port)))) {
      return false;
    }
    if (filters.health?.length && !filters.health.includes('none')) return false;
    if (filters['is-task']?.length && !filters['is-task'].some((value) => value === 'false' || value === '0'))
      return false;
    return true;
  };
}

/** Whether a container is, or is to be, on a network of this name or ID. */
function isOn(record: ContainerRecord, wanted: string): boolean {
  return Object.entries(record.endpoints).some(
    ([name, { NetworkID = '' }]) => name === wanted || (wanted !== '' && NetworkID.startsWith(wanted)),
  );
}

/** Whether a container has a volume of this name, or anything at this path. */
function mounts(record: ContainerRecord, wanted: string): boolean {
  return record.mounts.some(({ name, destination }) => name === wanted || destination === wanted);
}

/** Containers whose image is, or was built on, one of these. An unknown image matches nothing. */
function ancestorImages(context: Context, names: readonly string[]): (record: ContainerRecord) => boolean {
  const chains = new Set<string>();
  const ids = new Set<string>();
  for (const name of names) {
    try {
      const image = context.images.find(name);
      ids.add(image.id);
      const top = image.layers.at(-1)?.chainId;
      if (top) chains.add(top);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
    }
  }
  return (record) => ids.has(record.image) || record.layers.some((layer) => chains.has(layer.chainId));
}

async function summarize(context: Context, container: Container, size: boolean): Promise<ContainerSummary> {
  const { record } = container;
  return {
    Id: record.id,
    Names: [`/${record.name}`],
    Image: imageName(context, container),
    ImageID: record.image,
    Command: commandLine(record.path, record.args),
    Created: Math.floor(record.created / 1_000_000),
    Ports: portSummaries(container),
    ...(size && (await containerSizes(context, container))),
    Labels: record.config.Labels ?? {},
    State: record.lifecycle.status,
    Status: describeStatus(record.lifecycle, context.clock()),
    HostConfig: { NetworkMode: record.host.NetworkMode },
    NetworkSettings: { Networks: endpointSettings(container) },
    Mounts: record.mounts.map(mountPoint),
  };
}

/** The name it was created from while that still names its image, else the image's ID, as dockerd shows it. */
function imageName(context: Context, { record }: Container): string {
  try {
    if (context.images.find(record.config.Image).id === record.image) return record.config.Image;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
  }
  return record.image;
}

function commandLine(path: string, args: readonly string[]): string {
  const quoted = args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg));
  return [path, ...quoted].join(' ');
}
