export type ImageErrorCode =
  /** No such image, layer or manifest. */
  | 'not-found'
  /** Docker's refusals to remove: HTTP 409. */
  | 'conflict'
  /** A reference, document or archive that is malformed: HTTP 400. */
  | 'invalid'
  /** Bytes do not have the digest they are named by. */
  | 'corrupt'
  /** More bytes than the engine unpacks: HTTP 413. */
  | 'too-large'
  /** More layers than can be mounted. */
  | 'too-deep';

/** What went wrong with an image, in Docker's words. */
export class ImageError extends Error {
  override readonly name: string = 'ImageError';
  readonly code: ImageErrorCode;
  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
