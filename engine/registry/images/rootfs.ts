import type { Directory, FileNode, RegularFile } from '../../files/node.ts';
import { appletNames, appletPaths } from './applets.ts';

/** A tree still being filled, by paths without a leading slash. All is owned by root, all has one time. */
export class RootfsBuilder {
  readonly #mtime: number;
  readonly #root: Growing;

  /** @param mtime seconds since the epoch, for everything */
  constructor(mtime: number) {
    this.#mtime = mtime;
    this.#root = this.#newDirectory(0o755);
  }

  directory(path: string, mode = 0o755): this {
    this.#at(path).mode = mode;
    return this;
  }

  file(path: string, data: Uint8Array | string, mode = 0o644): this {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    return this.#put(path, { kind: 'file', mode, uid: 0, gid: 0, mtime: this.#mtime, data: bytes });
  }

  symlink(path: string, target: string): this {
    return this.#put(path, { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: this.#mtime, target });
  }

  /** All of a tree's files and symlinks. Modes but for executability, owners and times are ours, not the checkout's. */
  merge(tree: Directory, under = ''): this {
    for (const [name, node] of tree.children) {
      const path = under + name;
      if (node.kind === 'directory') this.merge(node, `${path}/`);
      else if (node.kind === 'file') this.file(path, node.data, node.mode & 0o100 ? 0o755 : 0o644);
      else if (node.kind === 'symlink') this.symlink(path, node.target);
    }
    return this;
  }

  tree(): Directory {
    return this.#root;
  }

  #put(path: string, node: FileNode): this {
    const slash = path.lastIndexOf('/');
    this.#at(path.slice(0, Math.max(slash, 0))).children.set(path.slice(slash + 1), node);
    return this;
  }

  #at(path: string): Growing {
    let here = this.#root;
    for (const name of path.split('/').filter(Boolean)) {
      const child = here.children.get(name);
      if (child && child.kind !== 'directory') throw new Error(`${path} goes through a file`);
      const next = (child as Growing | undefined) ?? this.#newDirectory(0o755);
      here.children.set(name, next);
      here = next;
    }
    return here;
  }

  #newDirectory(mode: number): Growing {
    return { kind: 'directory', mode, uid: 0, gid: 0, mtime: this.#mtime, children: new Map() };
  }
}

interface Growing {
  kind: 'directory';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  children: Map<string, FileNode>;
}

/** A package's contents and its version as upstream counts. */
export interface UnpackedPackage {
  readonly tree: Directory;
  readonly version: string;
}

export interface RootfsInput {
  readonly busybox: UnpackedPackage;
  readonly musl: UnpackedPackage;
  /** The image's own `rootfs/` folder. */
  readonly files: Directory;
}

/** The programs' own date, so that the same packages always give the same image. */
export function newestMtime(tree: Directory): number {
  let newest = 0;
  for (const node of tree.children.values()) {
    newest = Math.max(newest, node.kind === 'directory' ? newestMtime(node) : Math.floor(node.mtime));
  }
  return newest;
}

/** The folders of Alpine's own root file system, its programs in Alpine's places, musl under Alpine's names. */
export function alpineRootfs({ busybox, musl, files }: RootfsInput): Directory {
  const mtime = Math.max(newestMtime(busybox.tree), newestMtime(musl.tree));
  const root = new RootfsBuilder(mtime);
  const folders = `bin dev etc home lib media/cdrom media/floppy media/usb mnt opt proc run sbin srv sys usr/bin usr/lib
    usr/local/bin usr/local/lib usr/sbin usr/share var/cache var/lib var/local var/lock var/log var/mail var/opt
    var/spool/cron`;
  for (const folder of folders.split(/\s+/)) root.directory(folder);
  root.directory('root', 0o700).directory('tmp', 0o1777).directory('var/tmp', 0o1777).symlink('var/run', '../run');
  addBusybox(root, busybox, { flat: false });
  root
    .file('lib/ld-musl-i386.so.1', fileIn(musl.tree, 'lib/i386-linux-musl/libc.so').data, 0o755)
    .symlink('lib/libc.musl-x86.so.1', 'ld-musl-i386.so.1')
    .file('usr/share/licenses/musl/copyright', fileIn(musl.tree, 'usr/share/doc/musl/copyright').data)
    .merge(files)
    .file('etc/shadow', fileIn(files, 'etc/shadow').data, 0o640)
    .file(
      'etc/os-release',
      osRelease({
        name: "Drydock's stand-in for Alpine Linux",
        parts: `BusyBox ${busybox.version} and musl ${musl.version} from Debian, no apk`,
        version: busybox.version,
      }),
    );
  return root.tree();
}

/** As the busybox image on Docker Hub: everything in bin. */
export function busyboxRootfs({ busybox, files }: RootfsInput): Directory {
  const root = new RootfsBuilder(newestMtime(busybox.tree));
  for (const folder of 'bin dev etc home proc sys usr/bin usr/sbin var/spool/mail var/www'.split(' ')) {
    root.directory(folder);
  }
  root.directory('root', 0o700).directory('tmp', 0o1777).symlink('usr/bin/env', '../../bin/env');
  addBusybox(root, busybox, { flat: true });
  root
    .merge(files)
    .file('etc/shadow', fileIn(files, 'etc/shadow').data, 0o640)
    .file(
      'etc/os-release',
      osRelease({
        name: "Drydock's stand-in for the busybox image",
        parts: `BusyBox ${busybox.version} from Debian`,
        version: busybox.version,
      }),
    );
  return root.tree();
}

function addBusybox(root: RootfsBuilder, { tree }: UnpackedPackage, options: { readonly flat: boolean }): void {
  const { data } = fileIn(tree, 'bin/busybox');
  root.file('bin/busybox', data, 0o755);
  for (const path of appletPaths(appletNames(data), options)) {
    root.symlink(path, path.startsWith('bin/') ? 'busybox' : '/bin/busybox');
  }
  root.file('usr/share/licenses/busybox/copyright', fileIn(tree, 'usr/share/doc/busybox-static/copyright').data);
}

/** os-release(5). */
function osRelease(about: { readonly name: string; readonly parts: string; readonly version: string }): string {
  return `NAME="${about.name}"
ID=drydock
VERSION_ID=${about.version}
PRETTY_NAME="${about.name} (${about.parts})"
`;
}

function fileIn(tree: Directory, path: string): RegularFile {
  let node: FileNode | undefined = tree;
  for (const name of path.split('/')) node = node?.kind === 'directory' ? node.children.get(name) : undefined;
  if (node?.kind !== 'file') throw new Error(`${path} is not in the package`);
  return node;
}
