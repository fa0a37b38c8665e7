/** What went wrong, in the classes that decide the HTTP status of the answer (moby's errdefs). */
export type ContainerErrorCode =
  | 'not-found'
  | 'invalid-parameter'
  | 'conflict'
  | 'not-modified'
  | 'forbidden'
  | 'not-implemented'
  | 'unavailable'
  | 'system';

/** A container operation was refused or failed. The message is dockerd's, word for word. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
  readonly code: ContainerErrorCode;
  constructor(code: ContainerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const noSuchContainer = (name: string): ContainerError =>
  new ContainerError('not-found', `No such container: ${name}`);

export const noSuchExec = (id: string): ContainerError =>
  new ContainerError('not-found', `No such exec instance: ${id}`);

export const notRunning = (id: string): ContainerError =>
  new ContainerError('conflict', `container ${id} is not running`);

export const isRestarting = (id: string): ContainerError =>
  new ContainerError('conflict', `Container ${id} is restarting, wait until the container is running`);

export const invalidParameter = (message: string): ContainerError => new ContainerError('invalid-parameter', message);
