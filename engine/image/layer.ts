import type { Directory, FileNode, RegularFile } from '../files/node.ts';
import { NO_DATA, type TarEntry } from '../files/tar/entry.ts';
import { TarError } from '../files/tar/error.ts';
import { type ReadTarOptions, tarEntries } from '../files/tar/read.ts';
import { nodeEntry } from '../files/tar/tree.ts';
import { finished, type GrowingDirectory, pathSegments, TreeBuilder } from '../files/tar/tree-builder.ts';
import { writeTar } from '../files/tar/write.ts';
import { walk } from '../files/tree.ts';
import { isOpaque, isWhiteout, WHITEOUT, withOpaque, withoutOpaque } from './overlay.ts';

/** OCI image-spec, layer.md, "Whiteouts". */
const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_NAME = '.wh..wh..opq';
/** AUFS's own bookkeeping, which old Docker versions left in layers. */
const AUFS_PREFIX = '.wh..wh.';
/** overlayfs(5): redirects, opaque marks, origins. */
const OVERLAY_XATTRS = 'trusted.overlay.';

/**
 * A layer's uncompressed tar as the tree that overlayfs wants for a lower directory: whiteouts are character devices
 * 0:0, opaque directories carry `trusted.overlay.opaque=y`, missing parents are made (0755, root). File contents are
 * views of `tar`.
 * @throws TarError, also for what the OCI image-spec rules out: two members of one name, a whiteout of nothing
 */
export function layerTarToTree(tar: Uint8Array, options: ReadTarOptions = {}): Directory {
  const builder = new TreeBuilder({ unique: true });
  const opaque = new Set<GrowingDirectory>();
  const hidden: { readonly parent: GrowingDirectory; readonly name: string }[] = [];
  for (const entry of tarEntries(tar, options)) {
    const segments = pathSegments(entry.name);
    const name = segments.pop();
    if (name === undefined) {
      builder.add(withoutOverlay(entry));
      continue;
    }
    if (segments.some((segment) => isReserved(segment))) {
      throw new TarError('invalid-path', `invalid path in layer: ${JSON.stringify(entry.name)} is below a whiteout`);
    }
    const parent = builder.directory(segments, entry.name);
    if (name === OPAQUE_NAME) opaque.add(parent);
    else if (isReserved(name)) hidden.push({ parent, name: hiddenName(name, entry.name) });
    else builder.put(parent, name, withoutOverlay(entry));
  }
  // AUFS kept its own files, and those with several names, in directories of the root.
  for (const name of builder.root.children.keys()) if (name.startsWith(AUFS_PREFIX)) builder.root.children.delete(name);
  // Last, wherever they stood: a whiteout speaks of lower layers only, so what this layer itself has under the name
  // stays; and a directory's own entry sets all its xattrs.
  for (const { parent, name } of hidden) {
    const own = parent.children.get(name);
    if (own?.kind === 'directory') opaque.add(own as GrowingDirectory);
    else if (!own) parent.children.set(name, WHITEOUT);
  }
  for (const directory of opaque) directory.xattrs = withOpaque(directory.xattrs);
  return finished(builder.root);
}

function isReserved(segment: string): boolean {
  return segment.startsWith(WHITEOUT_PREFIX) && !segment.startsWith(AUFS_PREFIX);
}

/** The name that a whiteout takes away. */
function hiddenName(marker: string, path: string): string {
  const name = marker.slice(WHITEOUT_PREFIX.length);
  if (name === '' || name === '.' || name === '..') {
    throw new TarError('invalid-path', `invalid whiteout in layer: ${JSON.stringify(path)}`);
  }
  return name;
}

/** A layer says what it hides by names; to overlayfs's own attributes, which could say more, it has no right. */
function withoutOverlay(entry: TarEntry): TarEntry {
  if (!entry.xattrs || ![...entry.xattrs.keys()].some((name) => name.startsWith(OVERLAY_XATTRS))) return entry;
  const { xattrs, ...rest } = entry;
  const kept = new Map([...xattrs].filter(([name]) => !name.startsWith(OVERLAY_XATTRS)));
  return kept.size > 0 ? { ...rest, xattrs: kept } : rest;
}

/** The inverse: overlay forms become `.wh.` entries. Sorted, so the same tree always gives the same bytes. */
export function treeToLayerTar(tree: Directory): Uint8Array {
  return writeTar(layerEntries(tree));
}

function* layerEntries(tree: Directory): Generator<TarEntry> {
  const seen = new Map<RegularFile, string>();
  for (const { path: walked, node } of walk(tree, { sorted: true })) {
    const path = walked.slice(1);
    const slash = path.lastIndexOf('/') + 1;
    if (isWhiteout(node)) {
      yield marker(`${path.slice(0, slash)}${WHITEOUT_PREFIX}${path.slice(slash)}`);
    } else if (node.kind === 'directory') {
      const prefix = node === tree ? '' : `${path}/`;
      if (node !== tree) yield nodeEntry(prefix, { ...node, xattrs: withoutOpaque(node.xattrs) ?? new Map() });
      if (isOpaque(node)) yield marker(`${prefix}${OPAQUE_NAME}`);
    } else {
      const first = node.kind === 'file' ? seen.get(node) : undefined;
      if (node.kind === 'file') seen.set(node, first ?? path);
      const entry = nodeEntry(path, node);
      yield first === undefined ? entry : { ...entry, type: 'hard-link', linkName: first, data: NO_DATA };
    }
  }
}

function marker(name: string): TarEntry {
  return { name, type: 'file', mode: 0, uid: 0, gid: 0, mtime: 0, data: NO_DATA };
}

/**
 * What a container sees with the layer on top of `base`: whiteouts and opaque marks are carried out and gone, subtrees
 * that the layer does not touch are the base's own objects.
 */
export function applyLayer(base: Directory, layer: Directory): Directory {
  const pending: {
    readonly below: ReadonlyMap<string, FileNode>;
    readonly layer: Directory;
    readonly into: Map<string, FileNode>;
  }[] = [];
  const begin = (lower: Directory, upper: Directory): Directory => {
    const below: ReadonlyMap<string, FileNode> = isOpaque(upper) ? NOTHING.children : lower.children;
    const children = new Map(below);
    pending.push({ below, layer: upper, into: children });
    const { xattrs: own, ...metadata } = upper;
    const xattrs = withoutOpaque(own);
    return { ...metadata, ...(xattrs ? { xattrs } : {}), children };
  };
  const applied = begin(base, layer);
  for (let task = pending.pop(); task; task = pending.pop()) {
    for (const [name, node] of task.layer.children) {
      if (isWhiteout(node)) task.into.delete(name);
      else if (node.kind !== 'directory') task.into.set(name, node);
      else {
        const lower = task.below.get(name);
        task.into.set(name, begin(lower?.kind === 'directory' ? lower : NOTHING, node));
      }
    }
  }
  return applied;
}

const NOTHING: Directory = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, children: new Map() };

/** A container's root before any layer: an empty directory, 0755 root. */
export function emptyRoot(): Directory {
  return NOTHING;
}

/** One line of `docker diff`. */
export interface LayerChange {
  /** Absolute. */
  readonly path: string;
  readonly kind: 'A' | 'C' | 'D';
}

/** What the layer does to `base`, as `docker diff` tells it: added, changed, deleted; sorted by path. */
export function layerChanges(base: Directory, layer: Directory): LayerChange[] {
  const changes: LayerChange[] = [];
  const pending: { readonly below: Directory | undefined; readonly layer: Directory; readonly prefix: string }[] = [
    { below: base, layer, prefix: '/' },
  ];
  for (let task = pending.pop(); task; task = pending.pop()) {
    const { below, prefix } = task;
    if (isOpaque(task.layer)) {
      // Names that the layer has again count as changed, below.
      for (const name of below?.children.keys() ?? []) {
        if (!task.layer.children.has(name)) changes.push({ path: prefix + name, kind: 'D' });
      }
    }
    for (const [name, node] of task.layer.children) {
      const path = prefix + name;
      const lower = below?.children.get(name);
      if (isWhiteout(node)) {
        if (lower) changes.push({ path, kind: 'D' });
        continue;
      }
      changes.push({ path, kind: lower ? 'C' : 'A' });
      if (node.kind === 'directory') {
        pending.push({ below: lower?.kind === 'directory' ? lower : undefined, layer: node, prefix: `${path}/` });
      }
    }
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}
