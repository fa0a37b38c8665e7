/** What a pull tells as it goes; each becomes one JSON line of `POST /images/create`. */
export interface PullProgress {
  /** 12 hex digits of a layer's digest, or the tag for the first line. */
  readonly id?: string;
  /** Docker's words: `Pulling fs layer`, `Downloading`, `Pull complete`, ... */
  readonly status: string;
  /** Bytes. With `Downloading` and `Extracting`; empty with a layer's other lines. */
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}
