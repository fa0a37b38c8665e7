import type { StepMount } from '../builder/run-step.ts';
import { type Directory, directory, type FileNode, file } from '../files/node.ts';
import { insert, lookup, resolve } from '../files/tree.ts';
import type { StartContainer } from '../machine/machine.ts';
import type { MountSpec } from '../machine/runtime-spec.ts';
import type { CacheMounts, HeldCacheMount } from './cache-mounts.ts';
import { shortId } from './ids.ts';
import { layerPath } from './layer-publisher.ts';
import { overlayDirectory } from './runtime/runtime-config.ts';

/** What a build step mounts, ready for the guest. */
export interface StepMounts {
  readonly mounts: readonly MountSpec[];
  readonly files: NonNullable<StartContainer['files']>;
  /** Trees to publish for this step only, by name. */
  readonly trees: ReadonlyMap<string, Directory>;
  /** The name of the tree that holds the mount points, to be the topmost lower layer; undefined if all are there. */
  readonly mountPoints: string | undefined;
  /** To be released when the step is over. */
  readonly caches: readonly HeldCacheMount[];
}

/** The one file of a tree that is published for a `file` mount. */
const FILE = 'file';

/**
 * Turns `RUN --mount`s into mounts of an OCI runtime document, in their order. Waits for cache mounts that others have
 * locked.
 * @param root what the step's layers hold
 */
export async function stepMounts(
  id: string,
  mounts: readonly StepMount[],
  options: { readonly root: Directory; readonly caches: CacheMounts; readonly signal: AbortSignal | undefined },
): Promise<StepMounts> {
  const { root, caches, signal } = options;
  const specs: MountSpec[] = [];
  const files: NonNullable<StartContainer['files']>[number][] = [];
  const trees = new Map<string, Directory>();
  const held: HeldCacheMount[] = [];
  const own = `step-${shortId(id)}`;
  let points = root;
  try {
    for (const [index, mount] of mounts.entries()) {
      const { target: destination } = mount;
      points = withMountPoint(points, destination, mount.type === 'file' ? file() : directory());
      const name = `${own}-${index}`;
      if (mount.type === 'tmpfs') {
        const size = mount.size === undefined ? [] : [`size=${mount.size}`];
        specs.push({ destination, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', ...size] });
      } else if (mount.type === 'cache') {
        const cache = await caches.acquire({ ...mount, signal });
        held.push(cache);
        const access = mount.readonly ? ['ro'] : [];
        specs.push({ destination, type: 'bind', source: cache.path, options: ['rbind', ...access] });
      } else if (mount.type === 'file' && mount.writable) {
        const path = `${overlayDirectory(id)}/mount-${index}`;
        const { data, mode, uid, gid } = mount;
        files.push({ path, data, mode, uid, gid });
        specs.push({ destination, type: 'bind', source: path, options: ['rbind'] });
      } else if (mount.type === 'file') {
        const { data, mode, uid, gid } = mount;
        trees.set(name, directory({ [FILE]: file(data, { mode, uid, gid }) }));
        specs.push({ destination, type: 'bind', source: `${layerPath(name)}/${FILE}`, options: ['rbind', 'ro'] });
      } else if (mount.writable) {
        trees.set(name, mount.tree);
        // Beside the container's own layer, and gone with it.
        const scratch = `${overlayDirectory(id)}/mount-${index}`;
        const { mode, uid, gid } = mount.tree;
        files.push({ path: scratch, directory: true, mode: 0o700 });
        files.push({ path: `${scratch}/diff`, directory: true, mode, uid, gid });
        files.push({ path: `${scratch}/work`, directory: true, mode: 0o700 });
        const options = [`lowerdir=${layerPath(name)}`, `upperdir=${scratch}/diff`, `workdir=${scratch}/work`];
        specs.push({ destination, type: 'overlay', source: 'overlay', options });
      } else {
        trees.set(name, mount.tree);
        specs.push({ destination, type: 'bind', source: layerPath(name), options: ['rbind', 'ro'] });
      }
    }
  } catch (error) {
    for (const cache of held) cache.release();
    throw error;
  }
  if (points !== root) trees.set(own, onlyNew(points, root));
  return { mounts: specs, files, trees, mountPoints: points === root ? undefined : own, caches: held };
}

/** The root with a mount point, and the directories above it, where they are missing. Links are followed. */
function withMountPoint(root: Directory, target: string, point: FileNode): Directory {
  if (lookup(root, target)) return root;
  const names = target.split('/').filter((name) => name !== '');
  let tree = root;
  let path = '';
  for (const [index, name] of names.entries()) {
    const found = resolve(tree, `${path}/${name}`);
    path = found.path === '/' ? '' : found.path;
    if (!found.node) tree = insert(tree, path, index === names.length - 1 ? point : directory());
  }
  return tree;
}

/**
 * What the second tree has not, with the directories above it: a lower layer of the step's own, as mount points must
 * not be in the layer that it makes.
 */
function onlyNew(points: Directory, root: Directory): Directory {
  const children = new Map<string, FileNode>();
  for (const [name, node] of points.children) {
    const before = root.children.get(name);
    if (node === before) continue;
    children.set(name, node.kind === 'directory' && before?.kind === 'directory' ? onlyNew(node, before) : node);
  }
  return { ...points, children };
}
