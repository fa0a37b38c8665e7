export type MachineErrorCode = 'crashed' | 'not-found' | 'not-running' | 'guest' | 'boot-failed';

/** The guest could not do what was asked. */
export class MachineError extends Error {
  override readonly name: string = 'MachineError';
  readonly code: MachineErrorCode;
  constructor(code: MachineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Where starting a process (or changing its network) failed, and why: enough for Docker's wording and exit codes 126 and 127. */
export class StartError extends MachineError {
  override readonly name = 'StartError';
  /** `exec`: the program could not be found or run; the others: everything before that. */
  readonly stage: 'exec' | 'chdir' | 'user' | 'mount' | 'network' | 'setup';
  /** Linux errno of the failed call, such as 2 for ENOENT and 13 for EACCES. */
  readonly errno: number;
  /** The program, directory, mount destination, interface or port (`0.0.0.0:80/tcp`) concerned. */
  readonly subject: string;
  constructor(stage: StartError['stage'], errno: number, subject: string, message: string) {
    super('guest', message);
    this.stage = stage;
    this.errno = errno;
    this.subject = subject;
  }
}
