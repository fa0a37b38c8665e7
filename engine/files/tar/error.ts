export type TarErrorCode = 'invalid-header' | 'truncated' | 'invalid-path' | 'duplicate' | 'too-large' | 'unsupported';

/** An archive that cannot be read, and where in it. */
export class TarError extends Error {
  override readonly name = 'TarError';
  readonly code: TarErrorCode;
  /** Byte offset of the 512-byte header concerned; -1 where no header is (writing, trees). */
  readonly offset: number;
  /** The message without the offset. */
  readonly reason: string;
  constructor(code: TarErrorCode, reason: string, offset = -1) {
    super(offset < 0 ? reason : `${reason} (tar header at byte ${offset})`);
    this.code = code;
    this.reason = reason;
    this.offset = offset;
  }
}
