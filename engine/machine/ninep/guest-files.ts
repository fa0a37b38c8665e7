import type { MemoryFileSystem } from '../../files/memory-file-system.ts';
import type { Directory } from '../../files/node.ts';
import { LayerTree } from './layer-tree.ts';
import { MemoryTree } from './memory-tree.ts';
import { NamedDirectory } from './named-directory.ts';
import { NodeNumbers } from './node-numbers.ts';
import type { NinePServerOptions } from './server.ts';
import { NinePServer } from './server.ts';

export interface GuestFilesOptions extends NinePServerOptions {
  readonly volumes: MemoryFileSystem;
  readonly spool: MemoryFileSystem;
}

/**
 * What the guest mounts with `trans=virtio,cache=loose`: immutable `/layers`, and the volumes and `/spool`, which only the
 * guest writes while it runs.
 */
export class GuestFiles {
  readonly #server: NinePServer;
  readonly #numbers = new NodeNumbers();
  readonly #layers: NamedDirectory;
  readonly #published = new Map<string, Directory>();

  constructor(options: GuestFilesOptions) {
    const root = new NamedDirectory(this.#numbers);
    this.#layers = new NamedDirectory(this.#numbers, root);
    root.add('layers', this.#layers);
    const memory = { guestCaches: true, parent: root };
    root.add('volumes', new MemoryTree(this.#numbers, options.volumes, memory).root);
    root.add('spool', new MemoryTree(this.#numbers, options.spool, memory).root);
    this.#server = new NinePServer(root, options);
  }

  /** See {@link NinePServer.handle}. */
  handle(request: Uint8Array): Uint8Array {
    return this.#server.handle(request);
  }

  /** See {@link NinePServer.reset}. */
  reset(): void {
    this.#server.reset();
  }

  /**
   * Makes a tree appear at `/layers/NAME`, as it is: whiteouts and opaque directories must be in overlayfs's form already.
   * Nothing is copied. Because the guest caches, a name must never come to mean another tree.
   * @throws Error if it does now
   */
  publish(name: string, tree: Directory): void {
    const present = this.#published.get(name);
    if (present === tree) return;
    if (present !== undefined) throw new Error(`layer ${name} is published already, with another tree`);
    if (!/^[a-z0-9-]{1,32}$/.test(name)) throw new Error(`not a layer name: ${name}`);
    this.#published.set(name, tree);
    this.#layers.add(name, new LayerTree(this.#numbers, tree, this.#layers).root);
  }

  /** Takes the name away. What the guest has open or mounted stays good. */
  withdraw(name: string): void {
    this.#published.delete(name);
    this.#layers.delete(name);
  }
}

/**
 * What the guest mounts with `cache=none`: one file system that both sides change, as its root. Either side sees the
 * other's writes at once.
 */
export function workspaceServer(workspace: MemoryFileSystem, options?: NinePServerOptions): NinePServer {
  return new NinePServer(new MemoryTree(new NodeNumbers(), workspace, { guestCaches: false }).root, options);
}
