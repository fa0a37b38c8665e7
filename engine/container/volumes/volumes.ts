import type { Filters, Volume } from '../../api/types.ts';
import type { EventLog } from '../../events/event-log.ts';
import type { MemoryFileSystem } from '../../files/memory-file-system.ts';
import { countBytes } from '../../files/tree.ts';
import type { Machine } from '../../machine/machine.ts';
import type { StateStore } from '../../stores/state-store.ts';
import { ContainerError, invalidParameter } from '../errors.ts';
import { checkFilters, filterFlag, matchesLabels, matchesPattern } from '../filters.ts';
import { randomId } from '../ids.ts';
import { VOLUMES_DIRECTORY } from './directory.ts';
import { checkVolumeName } from './names.ts';

const PREFIX = 'volumes/';
/** On volumes that nobody gave a name. */
const ANONYMOUS_LABEL = 'com.docker.volume.anonymous';

/** `volumes/NAME` in the state store. */
interface VolumeRecord {
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  readonly labels: Readonly<Record<string, string>> | null;
}

export interface VolumesOptions {
  readonly machine: Machine;
  readonly state: StateStore;
  readonly events: EventLog;
  /** What the guest sees at /var/lib/docker/volumes. */
  readonly files: MemoryFileSystem;
  /** The present time in RFC 3339. */
  readonly now: () => string;
  /** IDs of the containers that mount a volume. */
  readonly users: (name: string) => readonly string[];
}

export interface CreateVolume {
  /** Empty or missing: one is made up. */
  readonly name?: string;
  readonly driver?: string;
  readonly driverOptions?: Readonly<Record<string, string>> | null;
  readonly labels?: Readonly<Record<string, string>> | null;
}

/** Directories that outlive containers, each at `/var/lib/docker/volumes/NAME/_data` of the guest host. */
export class Volumes {
  readonly #options: VolumesOptions;
  readonly #records = new Map<string, VolumeRecord>();

  private constructor(options: VolumesOptions) {
    this.#options = options;
  }

  /** Reads what an earlier engine left in `state`; a volume whose files are gone begins anew, empty. */
  static async open(options: VolumesOptions): Promise<Volumes> {
    const volumes = new Volumes(options);
    for (const key of await options.state.list(PREFIX)) {
      const record = (await options.state.get(key)) as VolumeRecord;
      volumes.#records.set(record.name, record);
      options.files.mkdir(`/${record.name}/_data`);
    }
    return volumes;
  }

  /** A volume that is there is left as it is. @throws ContainerError */
  async create({ name = '', driver = 'local', driverOptions, labels = null }: CreateVolume): Promise<Volume> {
    const { state, events, files, now } = this.#options;
    const anonymous = name === '';
    const chosen = anonymous ? randomId() : name;
    if (driver !== '' && driver !== 'local') {
      const reason = `error looking up volume plugin ${driver}: plugin ${JSON.stringify(driver)} not found`;
      throw new ContainerError('not-found', `create ${chosen}: ${reason}`);
    }
    checkVolumeName(chosen);
    const [option] = Object.keys(driverOptions ?? {});
    if (option !== undefined) {
      const known = ['type', 'device', 'o', 'size'].includes(option);
      const reason = known ? 'not supported by this engine: its volumes are plain directories' : 'invalid option';
      throw invalidParameter(`create ${chosen}: ${reason}: ${JSON.stringify(option)}`);
    }
    if (!this.#records.has(chosen)) {
      const all = anonymous ? { ...labels, [ANONYMOUS_LABEL]: '' } : labels;
      const record: VolumeRecord = { name: chosen, created: now(), labels: all };
      files.mkdir(`/${chosen}/_data`);
      this.#records.set(chosen, record);
      await state.set(PREFIX + chosen, record);
      events.publish('volume', 'create', chosen, { driver: 'local' });
    }
    return this.get(chosen);
  }

  /** @throws ContainerError `not-found` */
  get(name: string): Volume {
    const record = this.#records.get(name);
    if (!record) throw new ContainerError('not-found', `get ${name}: no such volume`);
    return {
      CreatedAt: record.created,
      Driver: 'local',
      Labels: record.labels,
      Mountpoint: volumePath(name),
      Name: name,
      Options: null,
      Scope: 'local',
    };
  }

  /** Sorted by name. @throws ContainerError `invalid-parameter` for a filter that Docker does not have */
  list(filters: Filters = {}): readonly Volume[] {
    checkFilters(filters, ['dangling', 'driver', 'label', 'label!', 'name']);
    const dangling = filterFlag(filters, 'dangling');
    return [...this.#records.keys()]
      .sort()
      .filter((name) => dangling === undefined || (this.#options.users(name).length === 0) === dangling)
      .map((name) => this.get(name))
      .filter(
        ({ Name, Driver, Labels }) =>
          matchesPattern(filters.name, Name) &&
          (!filters.driver?.length || filters.driver.includes(Driver)) &&
          hasLabels(Labels ?? {}, filters),
      );
  }

  /** With how many containers use each and how many bytes it holds, as `docker system df` asks. */
  async usage(): Promise<readonly Volume[]> {
    const { machine } = this.#options;
    if (machine.state === 'running') await machine.syncVolumes();
    return this.list().map((volume) => ({
      ...volume,
      UsageData: { RefCount: this.#options.users(volume.Name).length, Size: this.size(volume.Name) },
    }));
  }

  /** Bytes of the files in it, as far as the guest has written them out. */
  size(name: string): number {
    return countBytes(this.#options.files.toTree(`/${name}/_data`));
  }

  isEmpty(name: string): boolean {
    return this.#options.files.list(`/${name}/_data`).length === 0;
  }

  /** @throws ContainerError `not-found`, `conflict` while a container has it */
  async remove(name: string, force = false): Promise<void> {
    const { state, events, files, machine, users } = this.#options;
    if (!this.#records.has(name)) {
      if (force) return;
      throw new ContainerError('not-found', `get ${name}: no such volume`);
    }
    const using = users(name);
    if (using.length > 0) {
      throw new ContainerError('conflict', `remove ${name}: volume is in use - [${using.join(', ')}]`);
    }
    this.#records.delete(name);
    await state.delete(PREFIX + name);
    // The guest caches what it knows of a name, so it must be the one to remove it. One that is gone knows nothing.
    if (machine.state === 'running') await machine.removeDirectory(`${VOLUMES_DIRECTORY}/${name}`);
    else if (files.exists(`/${name}`)) files.remove(`/${name}`);
    events.publish('volume', 'destroy', name, { driver: 'local' });
  }

  /** Removes what no container uses: volumes of no name, or with `all=true` every one. */
  async prune(filters: Filters): Promise<{ readonly names: readonly string[]; readonly bytes: number }> {
    checkFilters(filters, ['all', 'label', 'label!']);
    const all = filterFlag(filters, 'all') ?? false;
    const names: string[] = [];
    let bytes = 0;
    for (const { Name, Labels } of this.list({ dangling: ['true'] })) {
      const isAnonymous = Object.hasOwn(Labels ?? {}, ANONYMOUS_LABEL);
      if ((!all && !isAnonymous) || !hasLabels(Labels ?? {}, filters)) continue;
      const size = this.size(Name);
      await this.remove(Name);
      names.push(Name);
      bytes += size;
    }
    this.#options.events.publish('volume', 'prune', '', { reclaimed: String(bytes) });
    return { names, bytes };
  }
}

/** Where the guest host sees a volume's files. */
export const volumePath = (name: string): string => `${VOLUMES_DIRECTORY}/${name}/_data`;

function hasLabels(labels: Readonly<Record<string, string>>, filters: Filters): boolean {
  const unwanted = filters['label!'] ?? [];
  return matchesLabels(filters.label ?? [], labels) && !(unwanted.length > 0 && matchesLabels(unwanted, labels));
}
