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
export function pathSegments(name: string, forName = name): string[] {
  const segments: string[] = [];
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) {
      const link = name === forName ? '' : ` -> ${JSON.stringify(name)}`;
      throw new TarError('invalid-path', `invalid path in archive: ${JSON.stringify(forName)}${link} leads outside`);
    }
  }
  return segments;
}

export interface TreeBuilderOptions {
  /** Refuses a second member of one name, unless both are directories. */
  readonly unique?: boolean;
}

/**
 * Unpacks members in order, as `tar -x` into an empty directory would: later ones replace earlier ones, a directory
 * that is there only changes its metadata, missing parents are made (0755, root), symlinks on the way are followed
 * within the tree.
 */
export class TreeBuilder {
  readonly root: GrowingDirectory = growingDirectory();
  readonly #unique: boolean;

  constructor({ unique = false }: TreeBuilderOptions = {}) {
    this.#unique = unique;
  }

  /**
   * @throws TarError `invalid-path` for a path out of the tree or through a file, a hard link to nothing, or too many
   *   symlinks; `duplicate`
   */
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
    if (existing && this.#unique && !(entry.type === 'directory' && existing.kind === 'directory')) {
      throw new TarError('duplicate', `duplicate entry in archive: ${JSON.stringify(entry.name)}`);
    }
    if (entry.type === 'directory') {
      const directory = existing?.kind === 'directory' ? (existing as GrowingDirectory) : growingDirectory();
      applyMetadata(directory, entry);
      parent.children.set(name, directory);
      return;
    }
    if (entry.type === 'hard-link') {
      const link = `invalid hard link in archive: ${JSON.stringify(entry.name)} -> ${JSON.stringify(entry.linkName)}`;
      const target = this.find(pathSegments(entry.linkName ?? '', entry.name), entry.name);
      if (!target) throw new TarError('invalid-path', `${link}, which is not in the archive`);
      if (target.kind === 'directory') throw new TarError('invalid-path', `${link}, which is a directory`);
      parent.children.set(name, target);
      return;
    }
    parent.children.set(name, toNode(entry));
  }

  /** The directory at a path, made if missing. @throws TarError `invalid-path` */
  directory(segments: readonly string[], forName: string): GrowingDirectory {
    return this.#walk(segments, forName, true) ?? this.root;
  }

  /** The node at a path; the last segment's symlink is not followed. @throws TarError `invalid-path` */
  find(segments: readonly string[], forName: string): FileNode | GrowingDirectory | undefined {
    const name = segments.at(-1);
    if (name === undefined) return this.root;
    return this.#walk(segments.slice(0, -1), forName, false)?.children.get(name);
  }

  #walk(segments: readonly string[], forName: string, make: boolean): GrowingDirectory | undefined {
    // Last first, so that the next one is at the end.
    const pending = [...segments].reverse();
    const stack: GrowingDirectory[] = [this.root];
    let links = 0;
    const fail = (why: string): TarError =>
      new TarError('invalid-path', `invalid path in archive: ${JSON.stringify(forName)}: ${why}`);
    for (let segment = pending.pop(); segment !== undefined; segment = pending.pop()) {
      const here = stack.at(-1) ?? this.root;
      if (segment === '..') {
        if (stack.length === 1) throw fail('a symbolic link on the way leads outside');
        stack.pop();
        continue;
      }
      const child = here.children.get(segment);
      if (child?.kind === 'directory') {
        stack.push(child as GrowingDirectory);
      } else if (child?.kind === 'symlink') {
        if (++links > MAX_SYMLINKS) throw fail('too many levels of symbolic links');
        // As in a container: an absolute target begins at the root of the tree.
        if (child.target.startsWith('/')) stack.length = 1;
        pending.push(
          ...child.target
            .split('/')
            .filter((part) => part !== '' && part !== '.')
            .reverse(),
        );
      } else if (child) {
        throw fail(`${segment} is not a directory`);
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
