import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspect,
  ContainerSummary,
  ContainersPruneResponse,
  ContainerTop,
  ExecCreateRequest,
  ExecInspect,
  FilesystemChange,
  Filters,
  WaitCondition,
} from '../api/types.ts';
import type { EventLog } from '../events/event-log.ts';
import type { MemoryFileSystem } from '../files/memory-file-system.ts';
import type { TarEntry } from '../files/tar/entry.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { Machine } from '../machine/machine.ts';
import type { Digest } from '../stores/blob-store.ts';
import type { StateStore } from '../stores/state-store.ts';
import { type Attachment, type AttachOptions, attachToContainer } from './attach.ts';
import { filesystemChanges } from './changes.ts';
import { type Clock, rfc3339Nano, systemClock } from './clock.ts';
import { type CommitOptions, commitContainer } from './commit.ts';
import { Container } from './container.ts';
import { type Context, findContainer, nowText, publish } from './context.ts';
import { createContainer } from './create.ts';
import { notRunning } from './errors.ts';
import { createExec, inspectExec, resizeExec, startDetachedExec, startExec } from './exec.ts';
import { exportContainer } from './export.ts';
import { inspectContainer } from './inspect.ts';
import { LayerPublisher } from './layer-publisher.ts';
import { isRunning, next } from './lifecycle.ts';
import { type ListOptions, listContainers } from './list.ts';
import type { LogQuery } from './log-buffer.ts';
import { logStream } from './logs.ts';
import { NetworkService } from './network/network-service.ts';
import { Networks } from './network/networks.ts';
import { answerQuestion } from './network/resolver.ts';
import { pruneContainers } from './prune.ts';
import { type ContainerRecord, RECORD_PREFIX } from './record.ts';
import { removeContainer } from './remove.ts';
import { renameContainer } from './rename.ts';
import { forgetUppers, LAYER_GONE, MACHINE_GONE_EXIT_CODE, startByPolicy, startContainer } from './run.ts';
import {
  killContainer,
  pauseContainer,
  restartContainer,
  type StopOptions,
  stopContainer,
  unpauseContainer,
} from './stop.ts';
import { topContainer } from './top.ts';
import { Volumes } from './volumes/volumes.ts';
import { waitForContainer } from './wait.ts';

export interface ContainerServiceOptions {
  readonly machine: Machine;
  readonly images: ImageStore;
  readonly state: StateStore;
  readonly events: EventLog;
  readonly clock?: Clock;
  /** What the guest sees at /var/lib/docker/volumes. */
  readonly volumeFiles: MemoryFileSystem;
}

/**
 * Containers, as dockerd keeps them. Every method that takes `query` finds its container by ID, name or unique ID
 * prefix, and throws ContainerError with dockerd's message and the class that decides the HTTP status.
 */
export class ContainerService {
  /** Names this engine in `info`; new each time it is opened. */
  readonly engineId: string = crypto.randomUUID();
  readonly #context: Context;
  readonly networks: NetworkService;
  readonly #dispose: () => void;

  private constructor(context: Context) {
    this.#context = context;
    context.images.setUsers((image) => this.usersOf(image));
    this.networks = new NetworkService(context);
    const stops = [
      context.machine.networks.onQuestion((question) => answerQuestion(context, question)),
      context.machine.onStateChange((state) => {
        if (state === 'crashed' || state === 'starting') forgetUppers(context).catch(() => {});
        if (state !== 'running') return;
        // Asked for before anything else, so that whoever starts a container from now on finds the networks there.
        context.networks.restore().catch(() => {});
        startByPolicy(context).catch(() => {});
      }),
    ];
    this.#dispose = () => {
      for (const stop of stops) stop();
    };
  }

  /**
   * Reads the containers that an earlier engine left in `state`. What ran then runs no more: it is shown as exited
   * with 137, as if it had been killed, and its writable layer is gone with the guest that had it.
   */
  static async open(options: ContainerServiceOptions): Promise<ContainerService> {
    const { machine, images, state, events, volumeFiles, clock = systemClock } = options;
    const containers = new Map<string, Container>();
    const usersOfVolume = (name: string): readonly string[] =>
      [...containers.values()]
        .filter(({ record }) => record.mounts.some((mount) => mount.name === name))
        .map(({ id }) => id);
    const context: Context = {
      machine,
      images,
      state,
      events,
      clock,
      layers: new LayerPublisher(machine, images),
      networks: await Networks.open({ machine, state, events, now: () => rfc3339Nano(clock()) }),
      volumes: await Volumes.open({
        machine,
        state,
        events,
        files: volumeFiles,
        now: () => rfc3339Nano(Math.floor(clock() / 1e6) * 1e6),
        users: usersOfVolume,
      }),
      containers,
      execs: new Map(),
      reserved: new Set(),
    };
    for (const key of await state.list(RECORD_PREFIX)) {
      const record = (await state.get(key)) as ContainerRecord;
      const restored = afterRestart(record, nowText(context));
      if (restored !== record) await state.set(key, restored);
      context.containers.set(record.id, new Container(restored, clock));
    }
    const service = new ContainerService(context);
    if (machine.state === 'running') startByPolicy(context).catch(() => {});
    return service;
  }

  /** Stops listening to the machine. Containers are left as they are. */
  close(): void {
    this.#dispose();
  }

  /** What other parts of the engine that run containers (build steps) share with this service. */
  get context(): Context {
    return this.#context;
  }

  #find(query: string): Container {
    return findContainer(this.#context, query);
  }

  /** Containers made from an image, for its removal. */
  usersOf(image: Digest): readonly { readonly id: string; readonly running: boolean }[] {
    return [...this.#context.containers.values()]
      .filter((container) => container.record.image === image)
      .map((container) => ({ id: container.id, running: isRunning(container.record.lifecycle) }));
  }

  get volumes(): Volumes {
    return this.#context.volumes;
  }

  /** How many containers are in which state, for `info`. */
  count(): { readonly running: number; readonly paused: number; readonly stopped: number } {
    const states = [...this.#context.containers.values()].map((container) => container.record.lifecycle.status);
    const paused = states.filter((status) => status === 'paused').length;
    const running = states.filter((status) => status === 'running').length;
    return { running, paused, stopped: states.length - running - paused };
  }

  /** An empty name has one generated. Throws ImageError `not-found` if the image is not here. */
  create(name: string, request: ContainerCreateRequest): Promise<ContainerCreateResponse> {
    return createContainer(this.#context, name, request);
  }

  async start(query: string): Promise<void> {
    await startContainer(this.#context, this.#find(query));
  }

  async stop(query: string, options: StopOptions = {}): Promise<void> {
    await stopContainer(this.#context, this.#find(query), options);
  }

  async restart(query: string, options: StopOptions = {}): Promise<void> {
    await restartContainer(this.#context, this.#find(query), options);
  }

  /** An empty signal is SIGKILL. */
  async kill(query: string, signal: string): Promise<void> {
    await killContainer(this.#context, this.#find(query), signal);
  }

  async pause(query: string): Promise<void> {
    await pauseContainer(this.#context, this.#find(query));
  }

  async unpause(query: string): Promise<void> {
    await unpauseContainer(this.#context, this.#find(query));
  }

  async remove(query: string, options: { readonly force?: boolean; readonly volumes?: boolean } = {}): Promise<void> {
    await removeContainer(this.#context, this.#find(query), options);
  }

  async rename(query: string, newName: string): Promise<void> {
    await renameContainer(this.#context, this.#find(query), newName);
  }

  /** Finds at once (and throws), then waits; `code` never settles once `signal` has aborted. */
  wait(query: string, condition: WaitCondition, signal?: AbortSignal): { readonly code: Promise<number> } {
    return { code: waitForContainer(this.#find(query), condition, signal) };
  }

  attach(query: string, options: AttachOptions): Attachment {
    return attachToContainer(this.#context, this.#find(query), options);
  }

  /** Whether streams of this container are raw. */
  hasTty(query: string): boolean {
    return this.#find(query).record.config.Tty;
  }

  logs(query: string, options: LogQuery): ReadableStream<Uint8Array> {
    return logStream(this.#find(query), options);
  }

  async resize(query: string, height: number, width: number): Promise<void> {
    const container = this.#find(query);
    if (!container.process) throw notRunning(container.id);
    await container.process.resize(width, height);
    publish(this.#context, container, 'resize', { height: String(height), width: String(width) });
  }

  async top(query: string, psArguments: string): Promise<ContainerTop> {
    return topContainer(this.#context, this.#find(query), psArguments);
  }

  /** What `docker diff` shows. */
  async changes(query: string): Promise<readonly FilesystemChange[]> {
    const { record } = this.#find(query);
    if (!record.hasUpper) return [];
    const [upper, lower] = await Promise.all([
      this.#context.machine.upper(record.id),
      this.#context.images.rootfs(record.layers),
    ]);
    return filesystemChanges(upper, lower);
  }

  /** Members of an archive of the container's root. */
  async export(query: string): Promise<Iterable<TarEntry>> {
    return exportContainer(this.#context, this.#find(query));
  }

  async commit(query: string, options: CommitOptions): Promise<Digest> {
    return commitContainer(this.#context, this.#find(query), options);
  }

  async inspect(query: string, size = false): Promise<ContainerInspect> {
    return inspectContainer(this.#context, this.#find(query), size);
  }

  list(options: ListOptions = {}): Promise<readonly ContainerSummary[]> {
    return listContainers(this.#context, options);
  }

  prune(filters: Filters): Promise<ContainersPruneResponse> {
    return pruneContainers(this.#context, filters);
  }

  createExec(query: string, request: ExecCreateRequest): string {
    return createExec(this.#context, query, request);
  }

  startExec(
    id: string,
    options: { readonly tty: boolean; readonly consoleSize?: readonly [number, number] | null },
  ): Attachment {
    return startExec(this.#context, id, options);
  }

  startDetachedExec(id: string): Promise<void> {
    return startDetachedExec(this.#context, id);
  }

  inspectExec(id: string): ExecInspect {
    return inspectExec(this.#context, id);
  }

  resizeExec(id: string, height: number, width: number): Promise<void> {
    return resizeExec(this.#context, id, height, width);
  }

  /** Withdraws from the guest the layers that neither an image nor a container has any more. */
  collectLayers(): void {
    const images = this.#context.images.list({ all: true }).flatMap((image) => image.layers);
    const containers = [...this.#context.containers.values()].flatMap((container) => container.record.layers);
    this.#context.layers.retain([...images, ...containers].map((layer) => layer.diffId));
  }
}

/** A record as it is true for a guest that has just begun. The same object if nothing changes. */
function afterRestart(record: ContainerRecord, at: string): ContainerRecord {
  const { lifecycle } = record;
  const ran = isRunning(lifecycle) || lifecycle.status === 'restarting';
  if (!ran && !record.hasUpper && lifecycle.status !== 'removing') return record;
  const ended = ran
    ? next(lifecycle, { type: 'exited', exitCode: MACHINE_GONE_EXIT_CODE, oomKilled: false, at })
    : lifecycle.status === 'removing'
      ? next(lifecycle, { type: 'removal-failed', error: lifecycle.error })
      : lifecycle;
  return {
    ...record,
    hasUpper: false,
    lifecycle: record.hasUpper ? { ...ended, error: LAYER_GONE } : ended,
  };
}
