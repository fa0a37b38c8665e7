import type { Directory, FileNode, RegularFile } from '../files/node.ts';
import { NO_DATA, type TarEntry } from '../files/tar/entry.ts';
import { readTar } from '../files/tar/read.ts';
import { nodeEntry } from '../files/tar/tree.ts';
import { finished, type GrowingDirectory, pathSegments, TreeBuilder } from '../files/tar/tree-builder.ts';
import { writeTar } from '../files/tar/write.ts';
import { isOpaque, isWhiteout, WHITEOUT, withOpaque, withoutOpaque } from './overlay.ts';

/** OCI image-spec, layer.md, "Whiteouts". */
const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_NAME = '.wh..wh..opq';
/** AUFS's own bookkeeping, which old Docker versions left in layers. */
const AUFS_PREFIX = '.wh..wh.';

/**
 * A layer's uncompressed tar as the tree that overlayfs wants for a lower directory: whiteouts are character devices
 * 0:0, opaque directories carry `trusted.overlay.opaque=y`, missing parents are made (0755, root). File contents are
 * views of `tar`.
 * @throws TarError
 */
export function layerTarToTree(tar: Uint8Array): Directory {
  const builder = new TreeBuilder();
  const opaque = new Set<GrowingDirectory>();
  const hidden: { readonly parent: GrowingDirectory; readonly name: string }[] = [];
  for (const entry of readTar(tar)) {
    const segments = pathSegments(entry.name);
    const name = segments.pop();
    if (name === undefined) {
      builder.add(entry);
      continue;
    }
    if (segments.some((segment) => segment.startsWith(AUFS_PREFIX))) continue;
    const parent = builder.directory(segments, entry.name);
    if (name === OPAQUE_NAME) opaque.add(parent);
    else if (name.startsWith(AUFS_PREFIX)) continue;
    else if (name.startsWith(WHITEOUT_PREFIX)) hidden.push({ parent, name: name.slice(WHITEOUT_PREFIX.length) });
    else builder.put(parent, name, entry);
  }
  // Last, wherever they stood: a whiteout speaks of lower layers only, so what this layer itself has under the name
  // stays; and a directory's own entry sets all its xattrs.
  for (const { parent, name } of hidden) {
    const own = parent.children.get(name);
    if (own?.kind === 'directory') opaque.add(own as GrowingDirectory);
    else if (!own && name !== '') parent.children.set(name, WHITEOUT);
  }
  for (const directory of opaque) directory.xattrs = withOpaque(directory.xattrs);
  return finished(builder.root);
}

/** The inverse: overlay forms become `.wh.` entries. Sorted, so the same tree always gives the same bytes. */
export function treeToLayerTar(tree: Directory): Uint8Array {
  return writeTar(layerEntries(tree, '', new Map()));
}

function* layerEntries(directory: Directory, prefix: string, seen: Map<RegularFile, string>): Generator<TarEntry> {
  if (isOpaque(directory)) yield marker(`${prefix}${OPAQUE_NAME}`);
  for (const name of [...directory.children.keys()].sort()) {
    const node = directory.children.get(name);
    if (!node) continue;
    const path = prefix + name;
    if (isWhiteout(node)) {
      yield marker(`${prefix}${WHITEOUT_PREFIX}${name}`);
    } else if (node.kind === 'directory') {
      yield nodeEntry(`${path}/`, { ...node, xattrs: withoutOpaque(node.xattrs) ?? new Map() });
      yield* layerEntries(node, `${path}/`, seen);
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
  const below: ReadonlyMap<string, FileNode> = isOpaque(layer) ? new Map() : base.children;
  const children = new Map(below);
  for (const [name, node] of layer.children) {
    if (isWhiteout(node)) {
      children.delete(name);
    } else if (node.kind === 'directory') {
      const lower = below.get(name);
      children.set(name, applyLayer(lower?.kind === 'directory' ? lower : NOTHING, node));
    } else {
      children.set(name, node);
    }
  }
  const { xattrs: own, ...metadata } = layer;
  const xattrs = withoutOpaque(own);
  return { ...metadata, ...(xattrs ? { xattrs } : {}), children };
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
  collectChanges(base, layer, '', changes);
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function collectChanges(base: Directory | undefined, layer: Directory, prefix: string, into: LayerChange[]): void {
  if (isOpaque(layer)) {
    // Names that the layer has again count as changed, below.
    for (const name of base?.children.keys() ?? []) {
      if (!layer.children.has(name)) into.push({ path: `${prefix}/${name}`, kind: 'D' });
    }
  }
  for (const [name, node] of layer.children) {
    const path = `${prefix}/${name}`;
    const lower = base?.children.get(name);
    if (isWhiteout(node)) {
      if (lower) into.push({ path, kind: 'D' });
      continue;
    }
    into.push({ path, kind: lower ? 'C' : 'A' });
    if (node.kind === 'directory') collectChanges(lower?.kind === 'directory' ? lower : undefined, node, path, into);
  }
}

/** Sum of file sizes in bytes, a hard-linked file once: what Docker shows as a layer's size. */
export function contentSize(tree: Directory): number {
  const seen = new Set<RegularFile>();
  const visit = (directory: Directory): void => {
    for (const node of directory.children.values()) {
      if (node.kind === 'file') seen.add(node);
      else if (node.kind === 'directory') visit(node);
    }
  };
  visit(tree);
  let size = 0;
  for (const file of seen) size += file.data.length;
  return size;
}
