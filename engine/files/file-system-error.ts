import { type ErrnoName, errno, errnoText } from './errno.ts';

/** A file operation that failed as Linux would fail it. */
export class FileSystemError extends Error {
  override readonly name = 'FileSystemError';
  /** Symbolic error, such as `ENOENT`. */
  readonly code: ErrnoName;
  /** Linux's number for it, such as 2. */
  readonly errno: number;
  /** The path or name concerned, where one is known. */
  readonly path: string | undefined;
  constructor(code: ErrnoName, path?: string) {
    super(path === undefined ? errnoText[code] : `${path}: ${errnoText[code]}`);
    this.code = code;
    this.errno = errno[code];
    this.path = path;
  }
}
