import { json } from './json.ts';

/** Codes of the distribution specification 1.1, "Error Codes", with the status each has unless another is given. */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  TOOMANYREQUESTS: 429,
  UNSUPPORTED: 405,
} as const;

export type DistributionErrorCode = keyof typeof STATUS;

/** One entry of an error body. */
export interface ErrorItem {
  readonly code: DistributionErrorCode;
  readonly message: string;
  readonly detail?: unknown;
}

/** A request that the registry refuses, as the specification has it answered. */
export class DistributionError extends Error {
  override readonly name = 'DistributionError';
  readonly code: DistributionErrorCode;
  readonly status: number;
  /** One or more; the first gives the error its code and message. */
  readonly items: readonly ErrorItem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: DistributionErrorCode,
    message: string,
    options: {
      readonly detail?: unknown;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly more?: readonly ErrorItem[];
    } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? STATUS[code];
    this.headers = options.headers ?? {};
    const first = { code, message, ...(options.detail === undefined ? {} : { detail: options.detail }) };
    this.items = [first, ...(options.more ?? [])];
  }

  toResponse(): Response {
    return json({ errors: this.items }, { status: this.status, headers: this.headers });
  }
}
