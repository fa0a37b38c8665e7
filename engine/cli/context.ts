import type { Transport } from '../api/transport.ts';
import type { Directory, FileNode } from '../files/node.ts';

export interface FileStat {
  readonly kind: FileNode['kind'];
  /** Bytes; 0 for anything but files. */
  readonly size: number;
  readonly mode: number;
}

/** The files that a command line may name: contexts, Dockerfiles, archives. All paths are absolute. */
export interface CliFiles {
  /** Undefined if there is nothing. Follows symlinks. */
  stat(path: string): Promise<FileStat | undefined>;
  read(path: string): Promise<Uint8Array>;
  /** The whole tree below a path, without following symlinks inside. */
  tree(path: string): Promise<FileNode>;
  /** Creates or replaces a file. Rejects if its directory is not there. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Puts everything of a tree into a directory, which is made if it is missing. What is there already stays, unless
   * something else takes its name. Owners are whoever runs the command.
   */
  extract(path: string, tree: Directory): Promise<void>;
}

/** What one run of `docker` has: the process that called it, and the engine it talks to. */
export interface CliContext {
  /** Without the program's name: `['ps', '-a']`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  readonly tty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Of the terminal when the run began; `onResize` tells of later ones. */
  readonly size: { readonly columns: number; readonly rows: number };
  setRawMode(raw: boolean): Promise<void>;
  /** By number, as Linux counts them. Returns how to stop listening. */
  onSignal(listener: (signal: number) => void): () => void;
  onResize(listener: (columns: number, rows: number) => void): () => void;
  readonly transport: Transport;
  readonly files: CliFiles;
}
