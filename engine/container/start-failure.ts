import { StartError } from '../machine/errors.ts';
import type { ContainerErrorCode } from './errors.ts';

/** A start that failed, as dockerd tells it. */
export interface StartFailure {
  readonly message: string;
  /** What the container or exec is said to have exited with. */
  readonly exitCode: number;
  readonly code: ContainerErrorCode;
}

/** Linux errno and what Go calls them (golang.org/x/sys, zerrors). */
const ERRNO: Readonly<Record<number, string>> = {
  1: 'operation not permitted',
  2: 'no such file or directory',
  5: 'input/output error',
  7: 'argument list too long',
  8: 'exec format error',
  12: 'cannot allocate memory',
  13: 'permission denied',
  16: 'device or resource busy',
  17: 'file exists',
  20: 'not a directory',
  21: 'is a directory',
  22: 'invalid argument',
  26: 'text file busy',
  28: 'no space left on device',
  30: 'read-only file system',
  40: 'too many levels of symbolic links',
};

const ENOENT = 2;
const EACCES = 13;
const ENOTDIR = 20;

const RUN_PREFIX =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';
const EXEC_PREFIX = 'OCI runtime exec failed: exec failed: unable to start container process: ';

/** What runc says about a process that could not be started. */
function cause(error: StartError): string {
  const text = ERRNO[error.errno] ?? `errno ${error.errno}`;
  const subject = error.subject;
  switch (error.stage) {
    case 'exec': {
      if (error.errno === ENOENT && !subject.includes('/')) {
        return `exec: ${JSON.stringify(subject)}: executable file not found in $PATH`;
      }
      // runc looks the program up with stat first, and names that call when it is what failed.
      if (error.errno === ENOENT || error.errno === ENOTDIR) {
        return `exec: ${JSON.stringify(subject)}: stat ${subject}: ${text}`;
      }
      if (error.errno === EACCES || error.errno === 21) return `exec: ${JSON.stringify(subject)}: ${text}`;
      return `exec ${subject}: ${text}`;
    }
    case 'chdir':
      return `chdir to cwd (${JSON.stringify(subject)}) set in config.json failed: ${text}`;
    case 'user':
    case 'mount':
    case 'network':
    case 'setup':
      return error.message;
  }
}

/** What runc's init exits with when execve itself failed. */
const EXECVE_FAILED = 255;

/**
 * A program that was found and may be run, but that the kernel would not (a script whose interpreter is missing, a
 * file of another format). runc finds that out when the container runs already: the message is the container's own
 * output. Undefined for any other failure.
 */
export function execveFailure(error: unknown): { readonly output: string; readonly exitCode: number } | undefined {
  // Init words a failed execve `exec PROGRAM`, and what comes before it `exec: "PROGRAM"`, as runc does.
  if (!(error instanceof StartError) || error.stage !== 'exec' || error.message.startsWith('exec: ')) return undefined;
  if (error.errno === EACCES) return undefined;
  return {
    output: `exec ${error.subject}: ${ERRNO[error.errno] ?? `errno ${error.errno}`}\n`,
    exitCode: EXECVE_FAILED,
  };
}

/** Docker's words, status and exit code for a container or exec that would not start (moby, translateContainerdStartErr). */
export function startFailure(error: unknown, kind: 'run' | 'exec'): StartFailure {
  if (!(error instanceof StartError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { message, exitCode: 128, code: 'system' };
  }
  const during = kind === 'run' ? 'error during container init: ' : '';
  const message = `${kind === 'run' ? RUN_PREFIX : EXEC_PREFIX}${during}${cause(error)}: unknown`;
  if (error.stage !== 'exec' && error.stage !== 'chdir' && error.stage !== 'mount') {
    return { message, exitCode: 128, code: 'system' };
  }
  switch (error.errno) {
    case ENOENT:
      return { message, exitCode: 127, code: 'invalid-parameter' };
    case EACCES:
    case 21:
      return { message, exitCode: 126, code: 'invalid-parameter' };
    case ENOTDIR:
      return {
        message: `${message}: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`,
        exitCode: 127,
        code: 'invalid-parameter',
      };
    default:
      return { message, exitCode: kind === 'exec' ? 126 : 128, code: 'system' };
  }
}
