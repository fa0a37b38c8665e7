import type { Duplex, Transport } from '../transport.ts';
import { API_VERSION, type ErrorResponse, type Filters, type Ping } from '../types.ts';
import { EngineApiError } from './errors.ts';

/** `undefined` and `false` are left out, `true` is `1`, a list repeats its key, as Docker's own client does. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: Uint8Array | Blob | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Requests to one engine under one API version; what the groups of {@link EngineClient} share. */
export class Connection {
  readonly #transport: Transport;
  #version: string;
  #server = '';

  constructor(transport: Transport, version: string = API_VERSION) {
    this.#transport = transport;
    this.#version = version;
  }

  get version(): string {
    return this.#version;
  }

  /** Whether the engine, once asked, says that it is Drydock's: then it takes more than Docker's API has. */
  get isDrydock(): boolean {
    return this.#server.startsWith('Drydock/');
  }

  /** Asks the engine what it speaks and keeps to the older of the two. */
  async negotiate(): Promise<Ping> {
    const response = await this.#transport.fetch(new Request('http://engine/_ping', { method: 'HEAD' }));
    const ping: Ping = {
      ApiVersion: response.headers.get('Api-Version') ?? '',
      OsType: response.headers.get('Ostype') ?? '',
      BuilderVersion: response.headers.get('Builder-Version') ?? '',
      Server: response.headers.get('Server') ?? '',
    };
    this.#server = ping.Server;
    if (ping.ApiVersion && olderThan(ping.ApiVersion, this.#version)) this.#version = ping.ApiVersion;
    return ping;
  }

  /** Throws {@link EngineApiError} unless the engine answers with 2xx or 304. */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const response = await this.#transport.fetch(this.#build(method, path, options));
    // 304: the container is in that state already, which is what was wanted.
    if (!response.ok && response.status !== 304) throw await apiError(response);
    return response;
  }

  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.request(method, path, options);
    return (await response.json()) as T;
  }

  async text(method: string, path: string, options: RequestOptions = {}): Promise<string> {
    return (await this.request(method, path, options)).text();
  }

  /** For requests whose answer has no body worth reading. */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<void> {
    const response = await this.request(method, path, options);
    await response.body?.cancel();
  }

  /** The body of a streaming answer; the stream is empty if the answer has none. */
  async stream(method: string, path: string, options: RequestOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return (await this.request(method, path, options)).body ?? new Blob([]).stream();
  }

  /** Takes the connection over ("hijack"): resolves once the engine has answered 101. */
  async hijack(path: string, options: RequestOptions = {}): Promise<Hijacked> {
    const answer = await this.#transport.upgrade(this.#build('POST', path, options));
    if ('duplex' in answer) {
      return { ...answer.duplex, contentType: answer.headers.get('Content-Type') ?? '' };
    }
    throw await apiError(answer);
  }

  #build(method: string, path: string, { query, json, body, headers, signal }: RequestOptions): Request {
    const url = new URL(`http://engine/v${this.#version}${path}`);
    for (const [key, value] of Object.entries(query ?? {})) appendQuery(url.searchParams, key, value);
    const sent = new Headers(headers);
    if (json !== undefined) sent.set('Content-Type', 'application/json');
    return new Request(url, {
      method,
      headers: sent,
      // A view over a SharedArrayBuffer is no BodyInit; none is ever made here.
      body: json === undefined ? ((body as BodyInit | undefined) ?? null) : JSON.stringify(json),
      signal: signal ?? null,
    });
  }
}

/** A connection that has become a raw stream, after `attach` or `exec/start`. */
export interface Hijacked extends Duplex {
  /** `application/vnd.docker.raw-stream` with a terminal, `application/vnd.docker.multiplexed-stream` without. */
  readonly contentType: string;
}

/** How the API wants filters: JSON, and left out if there are none. */
export function filtersQuery(filters: Filters | undefined): string | undefined {
  return filters && Object.keys(filters).length > 0 ? JSON.stringify(filters) : undefined;
}

function appendQuery(parameters: URLSearchParams, key: string, value: Query[string]): void {
  if (value === undefined || value === false) return;
  if (Array.isArray(value)) for (const item of value) parameters.append(key, item);
  else parameters.append(key, value === true ? '1' : String(value));
}

function olderThan(left: string, right: string): boolean {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor !== rightMajor ? leftMajor < rightMajor : leftMinor < rightMinor;
}

async function apiError(response: Response): Promise<EngineApiError> {
  const text = await response.text();
  try {
    const { message } = JSON.parse(text) as ErrorResponse;
    if (message) return new EngineApiError(response.status, message);
  } catch {
    // Not JSON: some servers and proxies answer in plain text.
  }
  return new EngineApiError(response.status, text.trim() || response.statusText || `status ${response.status}`);
}
