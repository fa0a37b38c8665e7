/** What the registry takes from a stranger before it refuses. */
export interface RegistryLimits {
  /** Bytes of a manifest. The specification asks for 4 MiB at least. */
  readonly manifestBytes: number;
  /** Bytes of a blob. */
  readonly blobBytes: number;
  /** Bytes of all uploads that are going on. */
  readonly uploadBytes: number;
  /** How many uploads may go on. */
  readonly uploads: number;
  /** Milliseconds after which an upload that nothing happens to is dropped. */
  readonly uploadIdle: number;
}

export const DEFAULT_LIMITS: RegistryLimits = {
  manifestBytes: 4 << 20,
  blobBytes: 1 << 30,
  uploadBytes: 1 << 30,
  uploads: 200,
  uploadIdle: 60 * 60_000,
};
