import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { readTar, type TarEntry, tarToTree } from '../../../files/tar/index.ts';
import { lookup } from '../../../files/tree.ts';
import type { ContainerConfig, ImageConfig } from '../../../image/documents.ts';

/** An image out of a `docker save` archive. */
export interface SavedImage {
  readonly config: ImageConfig;
  /** Uncompressed, bottom first. */
  readonly layers: readonly Uint8Array[];
}

/** Reads an archive of one image. */
export function readSaved(archive: Uint8Array): SavedImage {
  const tree = tarToTree(archive);
  const read = (path: string): Uint8Array => {
    const node = lookup(tree, `/${path}`);
    if (node?.kind !== 'file') throw new Error(`${path} is not in the archive`);
    return node.data;
  };
  const [manifest] = JSON.parse(text(read('manifest.json'))) as { Config: string; Layers: string[] }[];
  if (!manifest) throw new Error('the archive has no image');
  return {
    config: JSON.parse(text(read(manifest.Config))) as ImageConfig,
    layers: manifest.Layers.map((path) => {
      const bytes = read(path);
      return bytes[0] === 0x1f && bytes[1] === 0x8b ? new Uint8Array(gunzipSync(bytes)) : bytes;
    }),
  };
}

/**
 * What a build made, line by line: configuration, history, and each entry of each layer above the base's. Two builds of
 * the same are the same lines.
 * @param base what of it came from there is left out
 * @param since seconds: a time from then on is `now`
 */
export function describeImage({ config, layers }: SavedImage, base: SavedImage, since: number): readonly string[] {
  const { architecture, os, author, history = [], rootfs } = config;
  const onBase = base.config.rootfs.diff_ids.every((diffId, index) => rootfs.diff_ids[index] === diffId);
  const inherited = onBase
    ? { history: base.config.history?.length ?? 0, layers: base.layers.length }
    : { history: 0, layers: 0 };
  return [
    `architecture ${architecture}`,
    `os ${os}`,
    ...(author === undefined ? [] : [`author ${JSON.stringify(author)}`]),
    ...describeConfig(config.config ?? {}, base.config.config ?? {}),
    ...history.slice(inherited.history).map((entry) => {
      const { created_by = '', comment = '', empty_layer = false } = entry;
      return `history ${JSON.stringify(created_by)} ${comment}${empty_layer ? ' empty' : ''}`;
    }),
    ...layers.slice(inherited.layers).flatMap((layer, index) => {
      const lines = [...readTar(layer)].map((entry) => describeEntry(entry, since)).sort();
      return lines.map((line) => `layer ${index + 1}: ${line}`);
    }),
  ];
}

/** Labels that are the base's are only counted: what they say is not the builder's. */
function describeConfig(config: ContainerConfig, base: ContainerConfig): readonly string[] {
  const { Labels = {}, ...rest } = config;
  const inherited = Object.keys(base.Labels ?? {});
  const kept = inherited.filter((name) => Labels[name] === base.Labels?.[name]);
  const own = Object.fromEntries(Object.entries(Labels).filter(([name]) => !kept.includes(name)));
  return [
    ...Object.entries({ ...rest, Labels: own })
      .filter(([, value]) => !isEmpty(value))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `config ${key} ${JSON.stringify(value)}`),
    `inherited labels: ${kept.length === inherited.length ? 'all' : kept.length === 0 ? 'none' : kept.join()}`,
  ];
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value ?? {}).length === 0;
}

function describeEntry(entry: TarEntry, since: number): string {
  const { type, mode, uid, gid, mtime, data, linkName, xattrs, major, minor } = entry;
  // Control characters would not show, or break the line.
  const name = JSON.stringify(`/${entry.name.replace(/^\.?\//, '').replace(/\/$/, '')}`).slice(1, -1);
  // A whiteout says something by its name alone (OCI image-spec, layer.md, "Whiteouts").
  if (/\/\.wh\.[^/]*$/.test(name)) return name;
  const parts = [name, type, mode.toString(8).padStart(4, '0'), `${uid}:${gid}`];
  if (type === 'file') parts.push(`${data.length} bytes`, createHash('sha256').update(data).digest('hex').slice(0, 12));
  if (linkName !== undefined) parts.push(`-> ${linkName.replace(/^\.?\//, type === 'hard-link' ? '/' : '$&')}`);
  if (major !== undefined) parts.push(`${major},${minor}`);
  for (const [key, value] of [...(xattrs ?? [])].sort()) parts.push(`${key}=${Buffer.from(value).toString('hex')}`);
  if (type !== 'hard-link') parts.push(mtime >= since ? 'now' : `@${mtime}`);
  return parts.join(' ');
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
