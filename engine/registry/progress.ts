/** What a pull tells as it goes; each becomes one JSON line of `POST /images/create`. */
export interface PullProgress {
  /** 12 hex digits of a layer's digest, or the tag for the first line. */
  readonly id?: string;
  /** Docker's words: `Pulling fs layer`, `Downloading`, `Pull complete`, ... */
  readonly status: string;
  /** Bytes. With `Downloading` and `Extracting`; empty with a layer's other lines. */
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** What a push tells; `id` is 12 hex digits of a layer's diff ID. Each tag ends with one that is not for people. */
export type PushProgress =
  | PullProgress
  | {
      readonly progressDetail: Readonly<Record<string, never>>;
      readonly aux: { readonly Tag: string; readonly Digest: string; readonly Size: number };
    };

/** What is shown, second by second, until something is tried again. */
export function retryingIn(seconds: number): string {
  return `Retrying in ${seconds} second${seconds === 1 ? '' : 's'}`;
}
