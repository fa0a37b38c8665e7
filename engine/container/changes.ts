import { CHANGE_ADDED, CHANGE_DELETED, CHANGE_MODIFIED, type FilesystemChange } from '../api/types.ts';
import type { Directory, FileNode } from '../files/node.ts';
import type { UpperEntry } from '../machine/machine.ts';

/**
 * What a container changed, as `docker diff` tells it: the entries of its writable layer against the merged tree of
 * its image (moby's pkg/archive, "Changes"). Parents come before children, names in order. A directory is told as
 * modified when its mode changed or something below it did; entries copied up but left as they were are not told.
 */
export function filesystemChanges(upper: readonly UpperEntry[], lower: Directory): readonly FilesystemChange[] {
  const root: Branch = { name: '', entry: undefined, children: new Map() };
  for (const entry of upper) insert(root, entry);
  const changes: FilesystemChange[] = [];
  walk(root, '', lower, changes);
  return changes;
}

interface Branch {
  readonly name: string;
  entry: UpperEntry | undefined;
  readonly children: Map<string, Branch>;
}

function insert(root: Branch, entry: UpperEntry): void {
  let branch = root;
  for (const name of entry.path.split('/')) {
    if (name === '') continue;
    let child = branch.children.get(name);
    if (!child) {
      child = { name, entry: undefined, children: new Map() };
      branch.children.set(name, child);
    }
    branch = child;
  }
  branch.entry = entry;
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

function walk(branch: Branch, path: string, below: FileNode | undefined, changes: FilesystemChange[]): void {
  const lower = below?.kind === 'directory' ? below : undefined;
  const opaque = branch.entry?.opaque ?? false;
  const hidden = opaque && lower ? [...lower.children.keys()].filter((name) => !branch.children.has(name)) : [];
  const steps = [
    ...[...branch.children.values()].map((child) => ({ name: child.name, child })),
    ...hidden.map((name) => ({ name, child: undefined })),
  ].sort(byName);
  for (const { name, child } of steps) {
    const childPath = `${path}/${name}`;
    const original = lower?.children.get(name);
    if (!child || child.entry?.kind === 'whiteout') {
      if (original) changes.push({ Path: childPath, Kind: CHANGE_DELETED });
      continue;
    }
    const at = changes.length;
    // The lower tree is looked at below a replaced directory only to tell what it hid.
    walk(child, childPath, original, changes);
    if (!original) changes.splice(at, 0, { Path: childPath, Kind: CHANGE_ADDED });
    else if (changes.length > at || (child.entry && differs(child.entry, original))) {
      changes.splice(at, 0, { Path: childPath, Kind: CHANGE_MODIFIED });
    }
  }
}

function differs(entry: UpperEntry, original: FileNode): boolean {
  if (entry.kind !== original.kind || entry.mode !== original.mode) return true;
  if (original.kind === 'directory') return false;
  const size = original.kind === 'file' ? original.data.length : entry.size;
  return entry.size !== size || !sameTime(entry.mtime, original.mtime);
}

/** Layer tars often carry whole seconds only, so a time without a fraction equals any in its second. */
function sameTime(a: number, b: number): boolean {
  if (Number.isInteger(a) || Number.isInteger(b)) return Math.floor(a) === Math.floor(b);
  return Math.abs(a - b) < 1e-6;
}
