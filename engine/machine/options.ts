import type { MemoryFileSystem } from '../files/memory-file-system.ts';
import type { V86Constructor } from './emulator.ts';
import type { GuestFiles } from './ninep/guest-files.ts';
import type { NinePServer } from './ninep/server.ts';

/** The built guest: what `npm run guest` leaves in public/guest, in memory. */
export interface GuestImages {
  /** v86.wasm, or compiled already, as `WebAssembly.compileStreaming` gives it. */
  readonly wasm: WebAssembly.Module | Uint8Array;
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
  /**
   * The saved machine, zstd-compressed or not; may be on its way still while the emulator is made. Kept for
   * {@link Machine.restart}.
   */
  readonly state: Uint8Array | Promise<Uint8Array>;
}

export interface MachineOptions {
  /** Imports libv86.mjs and gives its class `V86`. */
  readonly loadV86: () => Promise<V86Constructor>;
  readonly images: GuestImages;
  /** Guest memory in bytes: the snapshot's, from the guest's manifest. */
  readonly memory: number;
  /** What the guest mounts at /layers, /var/lib/docker/volumes and /spool. */
  readonly files: GuestFiles;
  /** The file system that `files` shows at /spool. */
  readonly spool: MemoryFileSystem;
  /** What the guest mounts at /root/project. Without it that directory is the guest's own. */
  readonly workspace?: NinePServer;
  /** Milliseconds since the epoch; Date.now if left out. */
  readonly now?: () => number;
  /** Told of each line on the guest's serial console: kernel messages, and complaints of init. */
  readonly onConsole?: (line: string) => void;
}
