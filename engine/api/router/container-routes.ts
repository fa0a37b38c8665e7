import { parseTime } from '../../container/clock.ts';
import { tarBody } from '../../files/tar/write.ts';
import type { ContainerConfig, ContainerCreateRequest, WaitCondition } from '../types.ts';
import { checkFields, type FieldType, readObject, readOptionalObject } from './body.ts';
import { endpointSettings } from './endpoint-body.ts';
import { badRequest, json, noContent, notImplemented } from './http-error.ts';
import { filters, flag, integer } from './query.ts';
import { olderVersion, type Route, type RouteContext, route } from './route.ts';
import { hijack, streamType } from './streams.ts';

/** Fields whose type matters before anything is done with them. */
const CONFIG_FIELDS: Readonly<Record<string, FieldType>> = {
  Hostname: 'string',
  Domainname: 'string',
  User: 'string',
  AttachStdin: 'bool',
  AttachStdout: 'bool',
  AttachStderr: 'bool',
  ExposedPorts: 'struct',
  Tty: 'bool',
  OpenStdin: 'bool',
  StdinOnce: 'bool',
  Env: '[]string',
  Cmd: 'strslice.StrSlice',
  Image: 'string',
  Volumes: 'struct',
  WorkingDir: 'string',
  Entrypoint: 'strslice.StrSlice',
  Labels: 'map[string]string',
  StopSignal: 'string',
  StopTimeout: 'int64',
  HostConfig: 'struct',
  NetworkingConfig: 'struct',
  Shell: 'strslice.StrSlice',
};

const HOST_FIELDS: Readonly<Record<string, FieldType>> = {
  Binds: '[]string',
  NetworkMode: 'string',
  AutoRemove: 'bool',
  CapAdd: 'strslice.StrSlice',
  CapDrop: 'strslice.StrSlice',
  Dns: '[]string',
  DnsOptions: '[]string',
  DnsSearch: '[]string',
  ExtraHosts: '[]string',
  GroupAdd: '[]string',
  Privileged: 'bool',
  ReadonlyRootfs: 'bool',
  SecurityOpt: '[]string',
  Tmpfs: 'map[string]string',
  ShmSize: 'int64',
  Sysctls: 'map[string]string',
  CpuShares: 'int64',
  Memory: 'int64',
  NanoCpus: 'int64',
  CpuPeriod: 'int64',
  CpuQuota: 'int64',
  MemorySwap: 'int64',
  PidsLimit: 'int64',
  Ulimits: '[]struct',
  Mounts: '[]struct',
  RestartPolicy: 'struct',
  LogConfig: 'struct',
};

/** A single string where a list may stand, as Go's StrSlice takes it. */
const asList = (value: unknown): readonly string[] | null | undefined =>
  typeof value === 'string' ? [value] : (value as readonly string[] | null | undefined);

function toConfig(body: Readonly<Record<string, unknown>>): Partial<ContainerConfig> {
  checkFields(body, CONFIG_FIELDS, 'CreateRequest');
  const { Cmd, Entrypoint, ...rest } = body;
  return {
    ...rest,
    ...(Cmd !== undefined && { Cmd: asList(Cmd) ?? null }),
    ...(Entrypoint !== undefined && { Entrypoint: asList(Entrypoint) ?? null }),
  };
}

function toCreateRequest(body: Readonly<Record<string, unknown>>): ContainerCreateRequest {
  const { HostConfig: host, ...rest } = body;
  const request: ContainerCreateRequest = toConfig({ HostConfig: host, ...rest });
  const { EndpointsConfig } = (rest.NetworkingConfig ?? {}) as { readonly EndpointsConfig?: object | null };
  for (const endpoint of Object.values(EndpointsConfig ?? {})) endpointSettings(endpoint);
  if (!host) return { ...request, HostConfig: {} };
  const fields = host as Readonly<Record<string, unknown>>;
  checkFields(fields, HOST_FIELDS, 'HostConfig');
  return {
    ...request,
    HostConfig: {
      ...request.HostConfig,
      CapAdd: asList(fields.CapAdd) ?? null,
      CapDrop: asList(fields.CapDrop) ?? null,
    },
  };
}

async function create({ request, query, version, services }: RouteContext): Promise<Response> {
  const body = toCreateRequest(await readObject(request));
  const platform = query.get('platform');
  if (platform && !/^linux(\/(386|i386))?$/.test(platform)) {
    throw badRequest(
      `image with reference ${body.Image} was found but its platform (linux/386) does not match the specified platform (${platform})`,
    );
  }
  // Before API 1.25 the client removed the container itself.
  const host = olderVersion(version, '1.25') ? { ...body.HostConfig, AutoRemove: false } : (body.HostConfig ?? {});
  return json(await services.containers.create(query.get('name') ?? '', { ...body, HostConfig: host }), 201);
}

function wait({ params, query, request, services }: RouteContext): Response {
  const condition = query.get('condition') || 'not-running';
  if (!['not-running', 'next-exit', 'removed'].includes(condition)) {
    throw badRequest(`invalid condition: ${JSON.stringify(condition)}`);
  }
  const stop = new AbortController();
  request.signal.addEventListener('abort', () => stop.abort(), { once: true });
  const { code } = services.containers.wait(params.name ?? '', condition as WaitCondition, stop.signal);
  // The answer must begin now: docker run starts the container only when it has seen the headers.
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const StatusCode = await code;
      controller.enqueue(new TextEncoder().encode(`${JSON.stringify({ StatusCode })}\n`));
      controller.close();
    },
    cancel: () => stop.abort(),
  });
  return new Response(body, { headers: { 'Content-Type': 'application/json' } });
}

function logs({ params, query, version, services }: RouteContext): Response {
  const stdout = flag(query, 'stdout');
  const stderr = flag(query, 'stderr');
  if (!stdout && !stderr) throw badRequest('Bad parameters: you must choose at least one stream');
  const name = params.name ?? '';
  const since = time(query, 'since');
  const until = time(query, 'until');
  const tail = query.get('tail');
  const tty = services.containers.hasTty(name);
  const stream = services.containers.logs(name, {
    stdout,
    stderr,
    timestamps: flag(query, 'timestamps'),
    follow: flag(query, 'follow'),
    // Zero means from the beginning, or without end.
    ...(since && { since }),
    ...(until && { until }),
    // Anything that is no number means all of it, as in dockerd.
    ...(tail !== null && /^\d+$/.test(tail) && { tail: Number(tail) }),
  });
  return new Response(stream, { headers: { 'Content-Type': streamType(tty, version) } });
}

function time(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const value = parseTime(text);
  if (value === undefined) throw badRequest(`invalid value for "${name}": ${JSON.stringify(text)}`);
  return value;
}

function attach(context: RouteContext) {
  const { params, query, services } = context;
  return hijack(
    context,
    services.containers.attach(params.name ?? '', {
      stream: flag(query, 'stream'),
      logs: flag(query, 'logs'),
      stdin: flag(query, 'stdin'),
      stdout: flag(query, 'stdout'),
      stderr: flag(query, 'stderr'),
      detachKeys: query.get('detachKeys') ?? '',
    }),
  );
}

function stopOptions({ query, version }: RouteContext) {
  const timeout = integer(query, 't');
  const signal = olderVersion(version, '1.42') ? null : query.get('signal');
  return { ...(timeout !== undefined && { timeout }), ...(signal && { signal }) };
}

async function kill({ params, query, services }: RouteContext): Promise<Response> {
  const name = params.name ?? '';
  try {
    await services.containers.kill(name, query.get('signal') ?? '');
  } catch (error) {
    if (error instanceof Error) error.message = `cannot kill container: ${name}: ${error.message}`;
    throw error;
  }
  return noContent();
}

async function resize({ params, query, services }: RouteContext): Promise<Response> {
  await services.containers.resize(params.name ?? '', ...size(query));
  return new Response(null, { status: 200 });
}

/** Height and width of a terminal. Throws HttpError. */
export function size(query: URLSearchParams): [height: number, width: number] {
  return [integer(query, 'h') ?? 0, integer(query, 'w') ?? 0];
}

async function commit({ request, query, services }: RouteContext): Promise<Response> {
  const body = await readOptionalObject(request);
  const id = await services.containers.commit(query.get('container') ?? '', {
    repo: query.get('repo') ?? '',
    tag: query.get('tag') ?? '',
    author: query.get('author') ?? '',
    comment: query.get('comment') ?? '',
    changes: query.getAll('changes'),
    pause: flag(query, 'pause', true),
    ...(body && { config: toConfig(body) }),
  });
  return json({ Id: id }, 201);
}

const missing = (what: string) => (): never => {
  throw notImplemented(what);
};

export const containerRoutes: readonly Route[] = [
  route('GET', '/containers/json', async ({ query, services }) => {
    const limit = integer(query, 'limit');
    return json(
      await services.containers.list({
        all: flag(query, 'all'),
        size: flag(query, 'size'),
        filters: filters(query),
        ...(limit !== undefined && { limit }),
      }),
    );
  }),
  route('POST', '/containers/create', create),
  route('POST', '/containers/prune', async ({ query, services }) =>
    json(await services.containers.prune(filters(query))),
  ),
  route('GET', '/containers/{name}/json', async ({ params, query, services }) =>
    json(await services.containers.inspect(params.name ?? '', flag(query, 'size'))),
  ),
  route('GET', '/containers/{name}/top', async ({ params, query, services }) =>
    json(await services.containers.top(params.name ?? '', query.get('ps_args') ?? '')),
  ),
  route('GET', '/containers/{name}/logs', logs),
  route('GET', '/containers/{name}/changes', async ({ params, services }) => {
    const changes = await services.containers.changes(params.name ?? '');
    return json(changes.length > 0 ? changes : null);
  }),
  route('GET', '/containers/{name}/stats', missing('container stats')),
  route('GET', '/containers/{name}/export', async ({ params, services }) => {
    const members = await services.containers.export(params.name ?? '');
    return new Response(tarBody(members), { headers: { 'Content-Type': 'application/octet-stream' } });
  }),
  route('GET', '/containers/{name}/archive', missing('copying files out of containers')),
  route('HEAD', '/containers/{name}/archive', missing('copying files out of containers')),
  route('PUT', '/containers/{name}/archive', missing('copying files into containers')),
  route('POST', '/containers/{name}/update', missing('container update')),
  route('POST', '/containers/{name}/start', async ({ params, services }) => {
    await services.containers.start(params.name ?? '');
    return noContent();
  }),
  route('POST', '/containers/{name}/stop', async (context) => {
    await context.services.containers.stop(context.params.name ?? '', stopOptions(context));
    return noContent();
  }),
  route('POST', '/containers/{name}/restart', async (context) => {
    await context.services.containers.restart(context.params.name ?? '', stopOptions(context));
    return noContent();
  }),
  route('POST', '/containers/{name}/kill', kill),
  route('POST', '/containers/{name}/pause', async ({ params, services }) => {
    await services.containers.pause(params.name ?? '');
    return noContent();
  }),
  route('POST', '/containers/{name}/unpause', async ({ params, services }) => {
    await services.containers.unpause(params.name ?? '');
    return noContent();
  }),
  route('POST', '/containers/{name}/rename', async ({ params, query, services }) => {
    await services.containers.rename(params.name ?? '', query.get('name') ?? '');
    return noContent();
  }),
  route('POST', '/containers/{name}/resize', resize),
  route('POST', '/containers/{name}/attach', attach),
  route('POST', '/containers/{name}/wait', wait),
  route('DELETE', '/containers/{name}', async ({ params, query, services }) => {
    await services.containers.remove(params.name ?? '', { force: flag(query, 'force'), volumes: flag(query, 'v') });
    return noContent();
  }),
  route('POST', '/commit', commit),
];
