import type { ExecCreateRequest } from '../api/types.ts';
import type { GuestProcess } from '../machine/machine.ts';
import { ProcessStreams } from './process-streams.ts';

/** A process that `exec` added, or will add, to a running container. */
export class ExecInstance {
  readonly id: string;
  readonly containerId: string;
  readonly request: ExecCreateRequest;
  readonly streams = new ProcessStreams();
  process: GuestProcess | undefined;
  state: 'created' | 'running' | 'ended' = 'created';
  exitCode: number | null = null;
  /** Microseconds since the epoch; when it ended. */
  endedAt: number | undefined;

  constructor(id: string, containerId: string, request: ExecCreateRequest) {
    this.id = id;
    this.containerId = containerId;
    this.request = request;
  }
}
