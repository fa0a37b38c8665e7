import { BuildFeed } from './api/lab/build-feed.ts';
import { feedRoutes } from './api/lab/feed-routes.ts';
import { machineRoutes } from './api/lab/machine-routes.ts';
import { LAB_PREFIX, labTransport } from './api/lab/routes.ts';
import { shellRoutes } from './api/lab/shell-routes.ts';
import { TransferFeed } from './api/lab/transfer-feed.ts';
import { workspaceRoutes } from './api/lab/workspace-routes.ts';
import { createRouter } from './api/router/index.ts';
import type { Transport } from './api/transport.ts';
import { BuildService, type Fetch } from './builder/index.ts';
import { CacheMounts, ContainerService, runStepExecutor, systemClock } from './container/index.ts';
import { EventLog } from './events/event-log.ts';
import { MemoryFileSystem } from './files/memory-file-system.ts';
import { DEFAULT_UNPACK_LIMIT, ImageStore, parseReference } from './image/index.ts';
import { guestCliFiles } from './lab/guest-cli-files.ts';
import { isConnection, listenInGuest, serveGuest } from './lab/guest-registry.ts';
import { runInvocation } from './lab/run-invocation.ts';
import { keepWorkspace } from './lab/workspace-keeper.ts';
import { createMachine } from './machine/guest-machine.ts';
import type { Machine, MachineState } from './machine/machine.ts';
import { GuestFiles, workspaceServer } from './machine/ninep/guest-files.ts';
import type { GuestImages, MachineOptions } from './machine/options.ts';
import {
  openRegistry,
  RegistryClient,
  type RegistryClientOptions,
  type RegistryServer,
  RegistryService,
} from './registry/index.ts';
import type { BlobStore } from './stores/blob-store.ts';
import { SharedBlobs } from './stores/shared-blobs.ts';
import type { StateStore } from './stores/state-store.ts';

const VERSION = '0.1.0';
/** Where the guest sees the learner's files (engine/guest/init mounts them there). */
const WORKSPACE = '/root/project';
/** Bytes that the guest may write in the workspace: all of it is in this process's memory, and `dd` has no end. */
const WORKSPACE_LIMIT = 64 << 20;
/** The same for volumes. */
const VOLUME_LIMIT = 256 << 20;
/** Bytes that the build cache may take, beside what images share with it, until what was used longest ago goes. */
const BUILD_CACHE_LIMIT = 256 << 20;

/** Where people expect a registry of their own to be. */
export const OWN_REGISTRY: readonly string[] = ['localhost:5000', '127.0.0.1:5000'];

/** A file that the workspace begins with. */
export interface InitialFile {
  /** Below the workspace, without a leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly data: Uint8Array;
}

export interface EngineOptions {
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly registry: Pick<RegistryClientOptions, 'fetch' | 'mirrors' | 'network'> & {
    /** What the engine's own registry is called in references. Default: {@link OWN_REGISTRY}. */
    readonly ownHosts?: readonly string[];
  };
  readonly workspace: readonly InitialFile[];
  /** Reads what has a URL, as far as the host can. */
  readonly download: Fetch;
  readonly boot: {
    readonly loadV86: MachineOptions['loadV86'];
    readonly images: GuestImages;
    readonly memory: number;
    /** The guest's kernel release, for `docker info`. */
    readonly kernel: string;
  };
  /**
   * Bytes that what comes compressed may unpack to: the layers of one pull or load, an archive, a build context. More is
   * refused. Default: {@link DEFAULT_UNPACK_LIMIT}.
   */
  readonly unpackLimit?: number | undefined;
  readonly onState?: (state: MachineState, reason?: string) => void;
  /** Lines of the guest's serial console. */
  readonly onConsole?: (line: string) => void;
}

export interface Engine {
  /** The Engine API, and the lab's own routes under `/_drydock/`. */
  readonly transport: Transport;
  /** The engine's own registry, as any client of the distribution API may ask it. */
  readonly registry: RegistryServer;
  readonly machine: Machine;
  readonly workspace: MemoryFileSystem;
  stop(): Promise<void>;
}

/**
 * Puts an engine together from its parts and starts its machine.
 * @throws MachineError `boot-failed`
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { blobs, state, unpackLimit = DEFAULT_UNPACK_LIMIT, onState, onConsole } = options;
  const workspace = new MemoryFileSystem({ byteLimit: WORKSPACE_LIMIT });
  for (const { path, mode, data } of options.workspace) workspace.write(`/${path}`, data, mode);
  const keeper = keepWorkspace(workspace);
  const spool = new MemoryFileSystem();
  const volumeFiles = new MemoryFileSystem({ byteLimit: VOLUME_LIMIT });
  const cacheMounts = new CacheMounts(volumeFiles, systemClock);
  const files = new GuestFiles({ volumes: volumeFiles, spool });
  const machine = await createMachine({
    ...options.boot,
    files,
    spool,
    workspace: workspaceServer(workspace),
    ...(onConsole ? { onConsole } : {}),
  });
  if (onState) machine.onStateChange(onState);

  const events = new EventLog();
  const shared = await SharedBlobs.open(blobs, state);
  const images = await ImageStore.open({ blobs: shared.view('images'), state, events, unpackLimit });
  const containers = await ContainerService.open({ machine, images, state, events, volumeFiles });
  const ownRegistry = await openRegistry({ blobs: shared.view('registry'), state });
  const { ownHosts: hosts = OWN_REGISTRY, ...reach } = options.registry;
  const transfers = new TransferFeed();
  const registry = new RegistryService(
    new RegistryClient({ ...reach, own: { hosts, fetch: (request) => ownRegistry.fetch(request) } }),
    images,
    transfers.watch,
  );
  const builder = await BuildService.open({
    images,
    state,
    mounts: cacheMounts,
    fetch: options.download,
    unpackLimit,
    cacheLimit: BUILD_CACHE_LIMIT,
    now: systemClock,
    runStep: runStepExecutor(containers.context, cacheMounts),
    pullImage: (name, { signal, onProgress }) =>
      registry.pull(parseReference(name), {
        signal,
        onProgress: ({ id, progressDetail }) => {
          if (id && progressDetail?.total !== undefined)
            onProgress(id, progressDetail.current ?? 0, progressDetail.total);
        },
      }),
  });

  const builds = new BuildFeed();
  const lab = labTransport([
    ...machineRoutes(machine, () => keeper.restore()),
    ...shellRoutes({ machine, cwd: WORKSPACE }),
    ...workspaceRoutes(workspace),
    ...feedRoutes(builds, transfers),
  ]);
  const transport = createRouter(
    {
      machine,
      images,
      containers,
      events,
      about: { version: VERSION, commit: '', kernel: options.boot.kernel, registry: 'docker.io' },
      registry,
      build: (request, listener) => builds.follow(request, listener, (emit) => builder.build(request, emit)),
      inspectBuild: (request, emit) => builder.inspect(request, emit),
      buildCache: builder.cache,
      fetch: options.download,
      unpackLimit,
    },
    { extraRoutes: [{ prefix: LAB_PREFIX, transport: lab }] },
  );

  const cliFiles = guestCliFiles(machine, workspace, WORKSPACE);
  machine.onInvocation((invocation) =>
    isConnection(invocation) ? serveGuest(invocation, ownRegistry) : runInvocation(invocation, transport, cliFiles),
  );
  listenInGuest(machine, hosts);

  return {
    transport,
    registry: ownRegistry,
    machine,
    workspace,
    async stop() {
      keeper.stop();
      containers.close();
      await machine.stop();
    },
  };
}
