import { ndjson } from '../../engine/api/client/index.ts';
import type { BuildEvent, TransferEvent } from '../../engine/api/lab/types.ts';
import type { Duplex, Transport } from '../../engine/api/transport.ts';

/** A file or folder of the workspace, as `GET /_drydock/workspace` lists it. */
export interface WorkspaceEntry {
  readonly path: string;
  readonly kind: string;
  readonly mode: number;
  /** Bytes; 0 for anything but files. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

export type ChangeKind = 'created' | 'modified' | 'deleted';

export interface WorkspaceChange {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Who did it: the guest (a command), or the host (this page). */
  readonly origin: 'guest' | 'host';
}

/** A change in a container's writable layer; `path` as the container sees it. */
export interface ContainerChange {
  readonly containerId: string;
  readonly path: string;
  readonly kind: ChangeKind;
}

export interface MachineStatus {
  readonly state: string;
  readonly reason?: string;
  /** Guest memory in bytes. */
  readonly memory: number;
}

export interface Shell {
  readonly id: string;
  readonly duplex: Duplex;
}

/** The engine has no such lab route (a Docker daemon has none), or refused. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code = 'lab';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The lab's own routes, beside Docker's (engine/api/lab). All reject with LabError when the engine says no. */
export class LabClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async workspace(): Promise<readonly WorkspaceEntry[]> {
    return (await (await this.#request('GET', 'workspace')).json()) as readonly WorkspaceEntry[];
  }

  async readFile(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#request('GET', `workspace/files/${encodePath(path)}`)).arrayBuffer());
  }

  /** @param mode permission bits; left out keeps those of the file, or takes the engine's default for a new one. */
  async writeFile(path: string, data: Uint8Array<ArrayBuffer>, mode?: number): Promise<void> {
    const query = mode === undefined ? '' : `?mode=${mode.toString(8)}`;
    await this.#request('PUT', `workspace/files/${encodePath(path)}${query}`, data);
  }

  async removeFile(path: string): Promise<void> {
    await this.#request('DELETE', `workspace/files/${encodePath(path)}`);
  }

  async workspaceChanges(signal: AbortSignal): Promise<AsyncIterable<WorkspaceChange>> {
    return ndjson((await this.#request('GET', 'workspace/changes', undefined, signal)).body ?? new Blob([]).stream());
  }

  async containerChanges(signal: AbortSignal): Promise<AsyncIterable<ContainerChange>> {
    return ndjson((await this.#request('GET', 'changes', undefined, signal)).body ?? new Blob([]).stream());
  }

  /** All of the newest build, then what happens in builds. */
  async builds(signal: AbortSignal): Promise<AsyncIterable<BuildEvent>> {
    return ndjson((await this.#request('GET', 'builds', undefined, signal)).body ?? new Blob([]).stream());
  }

  /** What happens in pulls and pushes from now on. */
  async transfers(signal: AbortSignal): Promise<AsyncIterable<TransferEvent>> {
    return ndjson((await this.#request('GET', 'transfers', undefined, signal)).body ?? new Blob([]).stream());
  }

  async machine(): Promise<MachineStatus> {
    return (await (await this.#request('GET', 'machine')).json()) as MachineStatus;
  }

  /** Back to the snapshot; images and workspace stay. Resolves once the machine answers again. */
  async restartMachine(): Promise<void> {
    await this.#request('POST', 'machine/restart');
  }

  /** A shell on the guest host with a terminal of this size. */
  async shell(columns: number, rows: number): Promise<Shell> {
    const answer = await this.#transport.upgrade(build('POST', `shell?cols=${columns}&rows=${rows}`));
    if (!('duplex' in answer)) throw await refusal(answer);
    return { id: answer.headers.get('X-Drydock-Shell') ?? '', duplex: answer.duplex };
  }

  async resizeShell(id: string, columns: number, rows: number): Promise<void> {
    await this.#request('POST', `shell/${id}/resize?w=${columns}&h=${rows}`);
  }

  async #request(
    method: string,
    path: string,
    body?: Uint8Array<ArrayBuffer>,
    signal?: AbortSignal,
  ): Promise<Response> {
    const response = await this.#transport.fetch(build(method, path, body, signal));
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

function build(method: string, path: string, body?: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Request {
  return new Request(`http://engine/_drydock/${path}`, { method, body: body ?? null, signal: signal ?? null });
}

async function refusal(response: Response): Promise<LabError> {
  const text = await response.text();
  try {
    return new LabError(response.status, (JSON.parse(text) as { readonly message: string }).message);
  } catch {
    return new LabError(response.status, text.trim() || response.statusText);
  }
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
