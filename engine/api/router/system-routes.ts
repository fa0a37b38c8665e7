import { parseTime, rfc3339Nano, systemClock } from '../../container/clock.ts';
import type { EngineEvent } from '../../events/event-log.ts';
import { imageSize } from '../../image/image.ts';
import { API_VERSION, type DiskUsage, type Info, MIN_API_VERSION, type Version } from '../types.ts';
import { cacheRecord } from './build-prune.ts';
import { eventMatcher } from './event-filter.ts';
import { badRequest, json, notImplemented } from './http-error.ts';
import { imageSummary } from './image-bodies.ts';
import { sharedBytes } from './image-routes.ts';
import { filters } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';
import type { RouterServices } from './services.ts';

const ARCHITECTURE = '386';

function ping({ request }: RouteContext): Response {
  return new Response(request.method === 'HEAD' ? null : 'OK', {
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      Pragma: 'no-cache',
      // The classic builder's protocol: clients with BuildKit must not try its sessions.
      'Builder-Version': '1',
      Swarm: 'inactive',
    },
  });
}

function version({ services }: RouteContext): Response {
  const { about } = services;
  const body: Version = {
    Platform: { Name: 'Drydock' },
    Components: [
      {
        Name: 'Engine',
        Version: about.version,
        Details: {
          ApiVersion: API_VERSION,
          Arch: ARCHITECTURE,
          BuildTime: '',
          Experimental: 'false',
          GitCommit: about.commit,
          GoVersion: '',
          KernelVersion: about.kernel,
          MinAPIVersion: MIN_API_VERSION,
          Os: 'linux',
        },
      },
    ],
    Version: about.version,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: about.commit,
    GoVersion: '',
    Os: 'linux',
    Arch: ARCHITECTURE,
    KernelVersion: about.kernel,
    BuildTime: '',
  };
  return json(body);
}

function info({ services }: RouteContext): Response {
  const { machine, containers, images, about } = services;
  const count = containers.count();
  const body: Info = {
    ID: containers.engineId,
    Containers: count.running + count.paused + count.stopped,
    ContainersRunning: count.running,
    ContainersPaused: count.paused,
    ContainersStopped: count.stopped,
    Images: images.list().length,
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', 'tmpfs'],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: { Volume: ['local'], Network: ['bridge', 'host', 'null'], Authorization: null, Log: ['json-file'] },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: false,
    OomKillDisable: false,
    Debug: false,
    NFd: 0,
    NGoroutines: 0,
    SystemTime: rfc3339Nano(systemClock()),
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '2',
    NEventsListener: services.events.listeners,
    KernelVersion: about.kernel,
    OperatingSystem: 'Drydock',
    OSVersion: '',
    OSType: 'linux',
    Architecture: 'i686',
    IndexServerAddress: about.registry,
    // Registries on this computer are spoken to in plain HTTP.
    RegistryConfig: { InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'], IndexConfigs: {}, Mirrors: null },
    NCPU: 1,
    MemTotal: machine.memory,
    GenericResources: null,
    DockerRootDir: '/var/lib/docker',
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: 'drydock',
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: about.version,
    Runtimes: { runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Swarm: { LocalNodeState: 'inactive', NodeID: '', ControlAvailable: false },
    LiveRestoreEnabled: false,
    Isolation: '',
    InitBinary: '',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: '' },
    InitCommit: { ID: '' },
    SecurityOptions: ['name=cgroupns'],
    CDISpecDirs: null,
    Warnings: null,
  };
  return json(body);
}

async function diskUsage({ query, services }: RouteContext): Promise<Response> {
  const types = query.getAll('type');
  const wanted = (type: string): boolean => types.length === 0 || types.includes(type);
  const { images, containers } = services;
  const all = images.list({ all: true });
  const layers = new Map(all.flatMap((image) => image.layers.map((layer) => [layer.chainId, layer.bytes] as const)));
  const body: DiskUsage = {
    LayersSize: [...layers.values()].reduce((sum, bytes) => sum + bytes, 0),
    Images: wanted('image')
      ? images.list().map((image) => ({
          ...imageSummary(images, image, containers.usersOf(image.id).length),
          SharedSize: Math.min(sharedBytes(services, image), imageSize(image)),
        }))
      : null,
    Containers: wanted('container') ? await containers.list({ all: true, size: true }) : null,
    Volumes: wanted('volume') ? await containers.volumes.usage() : null,
    BuildCache: wanted('build-cache') ? services.buildCache.list().map(cacheRecord) : null,
  };
  return json(body);
}

function events({ request, query, services }: RouteContext): Response {
  const matches = eventMatcher(filters(query));
  const since = eventTime(query, 'since');
  const until = eventTime(query, 'until');
  if (since !== undefined && until !== undefined && until < since) {
    throw badRequest(`\`since\` time (${query.get('since')}) cannot be after \`until\` time (${query.get('until')})`);
  }
  return new Response(eventStream(services, { matches, since, until, signal: request.signal }), {
    headers: { 'Content-Type': 'application/json' },
  });
}

/** Microseconds since the epoch. Throws HttpError. */
function eventTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const time = parseTime(text);
  if (time === undefined) throw badRequest(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  return time;
}

/** What a listener may have waiting before it is cut off: one that does not read must not fill the memory. */
const MOST_WAITING = 10_000;

function eventStream(
  services: RouterServices,
  options: {
    readonly matches: (event: EngineEvent) => boolean;
    readonly since: number | undefined;
    readonly until: number | undefined;
    readonly signal: AbortSignal;
  },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { matches, since, until, signal } = options;
  let stop = (): void => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let waiting = true;
        const send = (event: EngineEvent): void => {
          if (!waiting || !matches(event)) return;
          if ((controller.desiredSize ?? 0) <= 0) stop();
          else controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
        };
        const unsubscribe = services.events.subscribe(send);
        let timer: ReturnType<typeof setTimeout> | undefined;
        stop = () => {
          if (!waiting) return;
          waiting = false;
          unsubscribe();
          clearTimeout(timer);
          signal.removeEventListener('abort', stop);
          controller.close();
        };
        if (since !== undefined || until !== undefined) {
          for (const event of services.events.past()) {
            const time = event.timeNano / 1000;
            if (since !== undefined && time >= since && (until === undefined || time <= until)) send(event);
          }
        }
        signal.addEventListener('abort', stop);
        if (until === undefined) return;
        const left = (until - systemClock()) / 1000;
        if (left <= 0) stop();
        else timer = setTimeout(stop, left);
      },
      cancel() {
        // The controller is closed by the cancellation itself.
        try {
          stop();
        } catch {}
      },
    },
    { highWaterMark: MOST_WAITING },
  );
}

export const systemRoutes: readonly Route[] = [
  route('GET', '/_ping', ping),
  route('HEAD', '/_ping', ping),
  route('GET', '/version', version),
  route('GET', '/info', info),
  route('GET', '/events', events),
  route('GET', '/system/df', diskUsage),
  route('POST', '/session', () => {
    throw notImplemented("BuildKit's session protocol");
  }),
  route('POST', '/grpc', () => {
    throw notImplemented("BuildKit's session protocol");
  }),
];
