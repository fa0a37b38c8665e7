/** A file of the guest, by a path below the site's root, and its size in bytes. */
export interface GuestFile {
  readonly path: string;
  readonly size: number;
}

/** What `npm run guest` leaves in `public/guest/manifest.json`. */
export interface GuestManifest {
  /** Guest memory in bytes. */
  readonly memory: number;
  /** What `uname -r` says in the guest. */
  readonly kernel: string;
  readonly files: {
    readonly v86: GuestFile;
    readonly wasm: GuestFile;
    readonly bios: GuestFile;
    readonly vgaBios: GuestFile;
    /** The saved machine, zstd-compressed. */
    readonly state: GuestFile;
  };
}
