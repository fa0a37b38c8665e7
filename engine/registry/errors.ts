export type RegistryErrorCode =
  /** No such repository, as far as one may know: HTTP 404. */
  | 'denied'
  /** The repository has no such tag or digest: HTTP 404. */
  | 'manifest-unknown'
  /** No registry of that name can be reached from here: HTTP 404. */
  | 'no-mirror'
  /** The image is for other platforms: HTTP 404. */
  | 'platform'
  /** The registry does not answer, or not now: another attempt may do better. HTTP 500. */
  | 'unavailable'
  /** The registry answers with something that no other attempt would change: HTTP 500. */
  | 'refused'
  /** Bytes do not have the digest they were asked for by: HTTP 500. */
  | 'corrupt';

/** Why a pull or push failed, in Docker's words where Docker has some. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
