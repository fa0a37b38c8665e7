/** The engine answered with a status of 400 or more. `message` is its own; the `docker` command puts words before it. */
export class EngineApiError extends Error {
  override readonly name = 'EngineApiError';
  readonly code = 'engine-api';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The engine could not be reached at all, or went away before it answered. Thrown by transports. */
export class EngineUnreachableError extends Error {
  override readonly name = 'EngineUnreachableError';
  readonly code = 'engine-unreachable';
  /** As in DOCKER_HOST, such as `unix:///var/run/docker.sock`. */
  readonly host: string;
  constructor(host: string, options?: ErrorOptions) {
    super(`Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`, options);
    this.host = host;
  }
}

/** A message of a progress stream (build, pull, push, load) said that the work failed, after a status of 200. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly code = 'stream';
  /** Exit code of the failed command, where the engine gave one. */
  readonly exitCode: number | undefined;
  constructor(message: string, exitCode?: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
