export type TarErrorCode = 'invalid-header' | 'truncated' | 'invalid-path' | 'duplicate' | 'too-large' | 'unsupported';

/** An archive that cannot be read, and where in it. */
export class TarError extends Error {
  override readonly name = 'TarError';
  readonly code: TarErrorCode;
  /** Byte offset of the 512-byte header concerned; -1 where no header is (writing, trees). */
  readonly offset: number;
  constructor(code: TarErrorCode, message: string, offset = -1) {
    super(offset < 0 ? message : `${message} (tar header at byte ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}
