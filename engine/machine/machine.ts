import type { Directory } from '../files/node.ts';
import type { Networks, SandboxSpec } from './network.ts';
import type { ProcessSpec, RuntimeSpec } from './runtime-spec.ts';

/** How a guest process ended. `code` is 0-255; a process ended by signal n has 128 + n. */
export interface ExitStatus {
  readonly code: number;
  readonly oomKilled: boolean;
}

/** One process (or process tree) in the guest with its streams. */
export interface GuestProcess {
  /** PID as the guest host sees it. */
  readonly pid: number;
  /** Closing it gives the process end of file (on a tty: nothing, as with a real terminal). Writes wait for the guest's credit. */
  readonly stdin: WritableStream<Uint8Array>;
  /** With a tty, everything the process writes. Unread output holds the process back; it is never dropped. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** Empty and closed with a tty. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Settles when the process has been reaped; rejects with MachineError `crashed` if the machine goes away. */
  readonly exit: Promise<ExitStatus>;
  /** Sends a signal by number. Does nothing if the process has ended. */
  signal(signal: number): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
}

export interface StartContainer {
  /** 64 hex digits. */
  readonly id: string;
  /** Names given to {@link Machine.publishLayer}, topmost first. */
  readonly lowers: readonly string[];
  readonly spec: RuntimeSpec;
  /**
   * The network namespace that `spec` asks for, furnished: the runtime specification leaves that to its caller. Left out,
   * the namespaces in `spec` say all. Rejects with StartError `network` if it cannot be had.
   */
  readonly network?: SandboxSpec;
  /** Written in the guest before the start: what bind mounts in `spec` name as sources. */
  readonly files?: readonly GuestFile[];
}

/** A file, or an empty directory, that the guest is to have. Directories above it are made. */
export type GuestFile = {
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  /** Root if left out, as the next. */
  readonly uid?: number;
  readonly gid?: number;
} & ({ readonly data: Uint8Array } | { readonly directory: true });

export type PathKind = 'file' | 'directory' | 'other';

/** An entry of a container's writable layer (overlayfs upper directory). */
export interface UpperEntry {
  /** Absolute in the container, such as `/etc/hosts`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo' | 'whiteout';
  readonly mode: number;
  /** Bytes; 0 for anything but files. */
  readonly size: number;
  readonly mtime: number;
  /** A directory that hides everything below it in lower layers. */
  readonly opaque: boolean;
}

/** Something changed in a container's writable layer; `path` as the container sees it. */
export interface UpperChange {
  readonly containerId: string;
  readonly path: string;
  readonly kind: 'created' | 'modified' | 'deleted';
}

/** A program on the guest host called `docker`: the stub hands it over to the TypeScript command line. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  readonly tty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  readonly size: { readonly columns: number; readonly rows: number };
  /** Puts the terminal on stdin in raw mode, or back. It is put back by itself when the stub ends. */
  setRawMode(raw: boolean): Promise<void>;
  onSignal(listener: (signal: number) => void): () => void;
  onResize(listener: (columns: number, rows: number) => void): () => void;
  /** Ends the stub with this code, once all output has been written. */
  exit(code: number): Promise<void>;
}

export type MachineState = 'starting' | 'running' | 'crashed' | 'stopped';

/**
 * A Linux guest that runs containers. Behind it: v86 and Drydock's init.
 * Every method but {@link restart} and {@link stop} rejects with MachineError `crashed` when the guest is not running.
 */
export interface Machine {
  readonly state: MachineState;
  /** Memory the guest has, in bytes. */
  readonly memory: number;
  readonly networks: Networks;

  /** Makes an immutable tree appear at `/layers/NAME` in the guest. Same name, same tree. Names: 1-32 of [a-z0-9-]. */
  publishLayer(name: string, root: Directory): void;
  withdrawLayer(name: string): void;

  /**
   * Mounts the root (lowers + the container's own upper, kept between starts), then runs the spec's process in it.
   * Resolves once the process has been exec'ed. Rejects with StartError if it could not be; nothing is left running.
   */
  startContainer(request: StartContainer): Promise<GuestProcess>;
  /** Runs a process in a running container's namespaces and cgroup. Rejects with StartError as above. */
  exec(id: string, process: ProcessSpec): Promise<GuestProcess>;
  /** Freezes or thaws all processes of a running container (cgroup freezer). */
  freeze(id: string, frozen: boolean): Promise<void>;
  /** Forgets a stopped container: its upper and everything written in it. */
  removeContainer(id: string): Promise<void>;
  /** Everything in the container's writable layer, parents before children. Running or stopped. Empty if it never ran. */
  upper(id: string): Promise<readonly UpperEntry[]>;
  /** The writable layer as an OCI layer tar (uncompressed, `.wh.` whiteouts, names without a leading slash). */
  packUpper(id: string): Promise<Uint8Array>;
  /** PIDs (guest host's) of a running container, its first process first. */
  processes(id: string): Promise<readonly number[]>;

  /** Runs a program on the guest host itself. */
  spawn(process: ProcessSpec): Promise<GuestProcess>;
  /** Reads a path of the guest host as a tar whose single top entry is the path's base name. */
  archive(path: string): Promise<Uint8Array>;
  /** Unpacks a tar into a directory of the guest host. */
  extract(path: string, tar: Uint8Array): Promise<void>;
  /** What a path of the guest host leads to, links followed; undefined if nothing is there. */
  kindOf(path: string): Promise<PathKind | undefined>;
  /** Makes a directory of the guest host with its missing parents (0755); nothing happens if it is there. */
  makeDirectory(path: string): Promise<void>;
  /** Has what the guest wrote to volumes reach the host now, and not in a second or two. */
  syncVolumes(): Promise<void>;
  /** Removes a directory of the guest host and everything below it; nothing happens if it is not there. */
  removeDirectory(path: string): Promise<void>;

  onChange(listener: (change: UpperChange) => void): () => void;
  onInvocation(listener: (invocation: Invocation) => void): () => void;
  onStateChange(listener: (state: MachineState, reason?: string) => void): () => void;

  /** Back to the snapshot. Containers and their writable layers are gone; published layers and the workspace stay. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
