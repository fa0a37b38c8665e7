import type { Device, Directory, FileNode, Metadata, RegularFile, Symlink } from '../node.ts';
import type { TarEntry } from './entry.ts';
import { TarError } from './error.ts';

/** A directory still being filled. Becomes a {@link Directory} by no longer being touched. */
export interface GrowingDirectory {
  kind: 'directory';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  xattrs?: ReadonlyMap<string, Uint8Array>;
  readonly children: Map<string, FileNode | GrowingDirectory>;
}

/** As many symlinks as Linux follows in one path. */
const MAX_SYMLINKS = 40;

export function growingDirectory(mode = 0o755): GrowingDirectory {
  return { kind: 'directory', mode, uid: 0, gid: 0, mtime: 0, children: new Map() };
}

/**
 * The names a member's path goes through; none for the archive's root (`./`).
 * @throws TarError `invalid-path` for one that climbs out of the archive
 */
export function pathSegments(name: string): string[] {
  const segments: string[] = [];
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) throw new TarError('invalid-path', `invalid path in archive: ${name}`);
  }
  return segments;
}

/**
 * Unpacks members in order, as `tar -x` into an empty directory would: later ones replace earlier ones, a directory
 * that is there only changes its metadata, missing parents are made (0755, root), symlinks on the way are followed
 * within the tree.
 */
export class TreeBuilder {
  readonly root: GrowingDirectory = growingDirectory();

  /** @throws TarError `invalid-path` for a path out of the tree, a hard link to nothing, or too many symlinks */
  add(entry: TarEntry): void {
    const segments = pathSegments(entry.name);
    const name = segments.pop();
    if (name === undefined) {
      if (entry.type === 'directory') applyMetadata(this.root, entry);
      return;
    }
    const parent = this.directory(segments, entry.name);
    this.put(parent, name, entry);
  }

  put(parent: GrowingDirectory, name: string, entry: TarEntry): void {
    const existing = parent.children.get(name);
    if (entry.type === 'directory') {
      const directory = existing?.kind === 'directory' ? (existing as GrowingDirectory) : growingDirectory();
      applyMetadata(directory, entry);
      parent.children.set(name, directory);
      return;
    }
    if (entry.type === 'hard-link') {
      const target = this.find(pathSegments(entry.linkName ?? ''));
      if (!target || target.kind === 'directory') {
        throw new TarError('invalid-path', `hard link ${entry.name} to ${entry.linkName}, which is not in the archive`);
      }
      parent.children.set(name, target);
      return;
    }
    parent.children.set(name, toNode(entry));
  }

  /** The directory at a path, made if missing. A file in the way is replaced. */
  directory(segments: readonly string[], forName: string): GrowingDirectory {
    return this.#walk(segments, forName, true) ?? this.root;
  }

  /** The node at a path; the last segment's symlink is not followed. */
  find(segments: readonly string[]): FileNode | GrowingDirectory | undefined {
    const name = segments.at(-1);
    if (name === undefined) return this.root;
    return this.#walk(segments.slice(0, -1), name, false)?.children.get(name);
  }

  #walk(segments: readonly string[], forName: string, make: boolean): GrowingDirectory | undefined {
    let pending = [...segments];
    let stack: GrowingDirectory[] = [this.root];
    let links = 0;
    while (pending.length > 0) {
      const segment = pending.shift() ?? '';
      const here = stack.at(-1) ?? this.root;
      if (segment === '..') {
        // As in a chroot: the root's parent is the root.
        if (stack.length > 1) stack.pop();
        continue;
      }
      const child = here.children.get(segment);
      if (child?.kind === 'directory') {
        stack.push(child as GrowingDirectory);
      } else if (child?.kind === 'symlink') {
        if (++links > MAX_SYMLINKS) throw new TarError('invalid-path', `too many levels of symbolic links: ${forName}`);
        if (child.target.startsWith('/')) stack = [this.root];
        pending = [...child.target.split('/').filter((part) => part !== '' && part !== '.'), ...pending];
      } else if (make) {
        const made = growingDirectory();
        here.children.set(segment, made);
        stack.push(made);
      } else {
        return undefined;
      }
    }
    return stack.at(-1);
  }
}

function applyMetadata(directory: GrowingDirectory, entry: TarEntry): void {
  directory.mode = entry.mode;
  directory.uid = entry.uid;
  directory.gid = entry.gid;
  directory.mtime = entry.mtime;
  if (entry.xattrs) directory.xattrs = entry.xattrs;
  else delete directory.xattrs;
}

function toNode(entry: TarEntry): FileNode {
  const metadata: Metadata = {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
    ...(entry.xattrs ? { xattrs: entry.xattrs } : {}),
  };
  switch (entry.type) {
    case 'symlink':
      return { kind: 'symlink', ...metadata, target: entry.linkName ?? '' } satisfies Symlink;
    case 'character-device':
    case 'block-device':
      return { kind: entry.type, ...metadata, major: entry.major ?? 0, minor: entry.minor ?? 0 } satisfies Device;
    case 'fifo':
      return { kind: 'fifo', ...metadata };
    default:
      return { kind: 'file', ...metadata, data: entry.data } satisfies RegularFile;
  }
}

/** A finished tree with no archive behind it needs nothing more than the type. */
export function finished(directory: GrowingDirectory): Directory {
  return directory as Directory;
}
