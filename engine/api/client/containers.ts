import type {
  ContainerConfig,
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspect,
  ContainerSummary,
  ContainersPruneResponse,
  ContainerTop,
  ContainerUpdateRequest,
  ContainerUpdateResponse,
  ContainerWaitResponse,
  FilesystemChange,
  Filters,
  IdResponse,
  PathStat,
  WaitCondition,
} from '../types.ts';
import { type Connection, filtersQuery, type Hijacked } from './connection.ts';

export interface AttachOptions {
  /** Keep streaming; without it only what `logs` asks for is sent. */
  readonly stream?: boolean;
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly logs?: boolean;
  /** Such as `ctrl-p,ctrl-q`, which is also the engine's default. */
  readonly detachKeys?: string;
}

export interface LogsOptions {
  readonly follow?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  /** Seconds since the epoch; may have a fraction. */
  readonly since?: string;
  readonly until?: string;
  readonly timestamps?: boolean;
  /** A number of lines, or `all`. */
  readonly tail?: string;
  readonly details?: boolean;
}

export interface CommitOptions {
  readonly container: string;
  readonly repo?: string;
  readonly tag?: string;
  readonly comment?: string;
  readonly author?: string;
  /** Not pausing the container while its files are read; the engine pauses by default. */
  readonly pause?: boolean;
  /** Dockerfile instructions. */
  readonly changes?: readonly string[];
  readonly config?: Partial<ContainerConfig>;
}

/** `/containers/*`. A container goes by ID, a unique prefix of it, or name. All throw EngineApiError. */
export class Containers {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  list(
    options: {
      readonly all?: boolean;
      readonly limit?: number;
      readonly size?: boolean;
      readonly filters?: Filters;
    } = {},
  ): Promise<ContainerSummary[]> {
    const query = {
      all: options.all,
      limit: options.limit,
      size: options.size,
      filters: filtersQuery(options.filters),
    };
    return this.#connection.json('GET', '/containers/json', { query });
  }

  create(
    request: ContainerCreateRequest,
    options: { readonly name?: string | undefined; readonly platform?: string | undefined } = {},
  ): Promise<ContainerCreateResponse> {
    const query = { name: options.name, platform: options.platform };
    return this.#connection.json('POST', '/containers/create', { query, json: request });
  }

  inspect(id: string, options: { readonly size?: boolean } = {}): Promise<ContainerInspect> {
    return this.#connection.json('GET', `${path(id)}/json`, { query: { size: options.size } });
  }

  /** The same as it was sent, for printing. */
  inspectRaw(id: string, options: { readonly size?: boolean } = {}): Promise<string> {
    return this.#connection.text('GET', `${path(id)}/json`, { query: { size: options.size } });
  }

  start(id: string, options: { readonly detachKeys?: string | undefined } = {}): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/start`, { query: { detachKeys: options.detachKeys } });
  }

  /** `timeout` in seconds; -1 waits for ever; left out, the container's own. */
  stop(id: string, options: { readonly timeout?: number; readonly signal?: string } = {}): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/stop`, { query: { signal: options.signal, t: options.timeout } });
  }

  restart(id: string, options: { readonly timeout?: number; readonly signal?: string } = {}): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/restart`, {
      query: { signal: options.signal, t: options.timeout },
    });
  }

  kill(id: string, signal?: string): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/kill`, { query: { signal } });
  }

  pause(id: string): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/pause`);
  }

  unpause(id: string): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/unpause`);
  }

  rename(id: string, name: string): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/rename`, { query: { name } });
  }

  update(id: string, request: ContainerUpdateRequest): Promise<ContainerUpdateResponse> {
    return this.#connection.json('POST', `${path(id)}/update`, { json: request });
  }

  remove(
    id: string,
    options: { readonly force?: boolean; readonly volumes?: boolean; readonly link?: boolean } = {},
  ): Promise<void> {
    return this.#connection.send('DELETE', path(id), {
      query: { force: options.force, link: options.link, v: options.volumes },
    });
  }

  top(id: string, psArguments?: string): Promise<ContainerTop> {
    return this.#connection.json('GET', `${path(id)}/top`, { query: { ps_args: psArguments } });
  }

  async changes(id: string): Promise<FilesystemChange[]> {
    return (await this.#connection.json<FilesystemChange[] | null>('GET', `${path(id)}/changes`)) ?? [];
  }

  /** Framed (see multiplex.ts) unless the container has a terminal. */
  logs(id: string, options: LogsOptions, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return this.#connection.stream('GET', `${path(id)}/logs`, { query: { ...options }, signal });
  }

  /** Raw with a terminal, framed without one (see multiplex.ts). */
  attach(id: string, options: AttachOptions): Promise<Hijacked> {
    const { detachKeys, stream, stdin, stdout, stderr, logs } = options;
    return this.#connection.hijack(`${path(id)}/attach`, {
      query: { detachKeys: detachKeys || undefined, logs, stderr, stdin, stdout, stream },
    });
  }

  resize(id: string, size: { readonly columns: number; readonly rows: number }): Promise<void> {
    return this.#connection.send('POST', `${path(id)}/resize`, { query: { h: size.rows, w: size.columns } });
  }

  /**
   * Resolves once the engine has taken note: what happens from then on is not missed. `exit` settles with the wait.
   */
  async wait(
    id: string,
    condition?: WaitCondition,
    signal?: AbortSignal,
  ): Promise<{ readonly exit: Promise<ContainerWaitResponse> }> {
    const response = await this.#connection.request('POST', `${path(id)}/wait`, { query: { condition }, signal });
    const exit = response.json() as Promise<ContainerWaitResponse>;
    // A caller that gives up on the wait does not await `exit`; its failure is nobody's then.
    exit.catch(() => {});
    return { exit };
  }

  commit(options: CommitOptions): Promise<IdResponse> {
    const { container, repo, tag, comment, author, pause, changes, config } = options;
    const query = { author, changes, comment, container, pause: pause === false ? '0' : undefined, repo, tag };
    return this.#connection.json('POST', '/commit', config ? { query, json: config } : { query });
  }

  /** A tar of the whole filesystem. */
  export(id: string): Promise<ReadableStream<Uint8Array>> {
    return this.#connection.stream('GET', `${path(id)}/export`);
  }

  /** A tar with the file or directory under its base name. */
  async archive(
    id: string,
    file: string,
  ): Promise<{ readonly stat: PathStat; readonly tar: ReadableStream<Uint8Array> }> {
    const response = await this.#connection.request('GET', `${path(id)}/archive`, { query: { path: file } });
    return { stat: pathStat(response), tar: response.body ?? new Blob([]).stream() };
  }

  async statPath(id: string, file: string): Promise<PathStat> {
    return pathStat(await this.#connection.request('HEAD', `${path(id)}/archive`, { query: { path: file } }));
  }

  /** Unpacks a tar into a directory. */
  extract(
    id: string,
    directory: string,
    tar: Uint8Array,
    options: { readonly noOverwriteDirNonDir?: boolean; readonly copyUIDGID?: boolean } = {},
  ): Promise<void> {
    return this.#connection.send('PUT', `${path(id)}/archive`, {
      query: { path: directory, ...options },
      body: tar,
      headers: { 'Content-Type': 'application/x-tar' },
    });
  }

  prune(filters?: Filters): Promise<ContainersPruneResponse> {
    return this.#connection.json('POST', '/containers/prune', { query: { filters: filtersQuery(filters) } });
  }
}

function path(id: string): string {
  return `/containers/${encodeURIComponent(id)}`;
}

function pathStat(response: Response): PathStat {
  const bytes = Uint8Array.from(atob(response.headers.get('X-Docker-Container-Path-Stat') ?? ''), (character) =>
    character.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes)) as PathStat;
}
