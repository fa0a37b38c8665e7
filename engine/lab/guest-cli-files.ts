import type { CliFiles, FileStat } from '../cli/context.ts';
import { FileSystemError } from '../files/file-system-error.ts';
import type { MemoryFileSystem } from '../files/memory-file-system.ts';
import type { Directory, FileNode, Metadata } from '../files/node.ts';
import { directory, file } from '../files/node.ts';
import { tarToTree, treeToTar } from '../files/tar/index.ts';
import { merge } from '../files/tree.ts';
import type { Machine } from '../machine/machine.ts';

const KINDS: Readonly<Record<number, FileNode['kind']>> = {
  1: 'fifo',
  2: 'character-device',
  4: 'directory',
  6: 'block-device',
  7: 'file',
  9: 'symlink',
};

/**
 * The files that a `docker` typed on the guest host may name. The workspace is at hand without asking the guest (and
 * its tree costs no copy); anything else is fetched from the guest.
 * @param mountPoint where the guest sees the workspace
 */
export function guestCliFiles(machine: Machine, workspace: MemoryFileSystem, mountPoint: string): CliFiles {
  const inWorkspace = (path: string): string | undefined => {
    if (path === mountPoint) return '/';
    return path.startsWith(`${mountPoint}/`) ? path.slice(mountPoint.length) : undefined;
  };

  async function guestTree(path: string): Promise<FileNode> {
    const root = tarToTree(await machine.archive(path));
    const [node] = root.children.values();
    if (!node) throw new FileSystemError('ENOENT', path);
    return node;
  }

  return {
    async stat(path) {
      const inner = inWorkspace(path);
      if (inner === undefined) return guestStat(machine, path);
      try {
        const { kind, size, mode } = workspace.stat(inner);
        // A build context has no use for sockets; a pipe is the kind that is treated alike.
        return { kind: kind === 'socket' ? 'fifo' : kind, size: kind === 'file' ? size : 0, mode };
      } catch (error) {
        if (error instanceof FileSystemError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
        throw error;
      }
    },
    async read(path) {
      const inner = inWorkspace(path);
      if (inner !== undefined) return workspace.read(inner);
      const node = await guestTree(path);
      if (node.kind !== 'file') throw new FileSystemError('EISDIR', path);
      return node.data;
    },
    async tree(path) {
      const inner = inWorkspace(path);
      return inner === undefined ? guestTree(path) : workspace.toTree(inner);
    },
    async extract(path, tree) {
      const inner = inWorkspace(path);
      // Commands are typed by root on the guest host.
      const tar = treeToTar(tree, { owner: { uid: 0, gid: 0 } });
      if (inner === undefined) {
        await runOnGuest(machine, ['/bin/mkdir', '-p', path]);
        await machine.extract(path, tar);
        return;
      }
      workspace.mkdir(inner);
      const there = workspace.toTree(inner);
      if (there.kind !== 'directory') throw new FileSystemError('ENOTDIR', path);
      // The folder itself stays what it is.
      workspace.replaceWith({ ...merge(there, tarToTree(tar)), ...metadataOf(there) }, inner);
    },
    async write(path, bytes) {
      const inner = inWorkspace(path);
      const slash = path.lastIndexOf('/');
      if (inner !== undefined) {
        // Its directory has to be there already; `write` would make it.
        workspace.stat(inner.slice(0, inner.lastIndexOf('/')) || '/');
        workspace.write(inner, bytes);
        return;
      }
      const tree = directory({ [path.slice(slash + 1)]: file(bytes, { mtime: Date.now() / 1000 }) });
      await machine.extract(path.slice(0, slash) || '/', treeToTar(tree));
    },
  };
}

function metadataOf({ mode, uid, gid, mtime }: Directory): Metadata {
  return { mode, uid, gid, mtime };
}

async function runOnGuest(
  machine: Machine,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const process = await machine.spawn({ user: { uid: 0, gid: 0 }, args, env: ['PATH=/bin'], cwd: '/' });
  await process.stdin.close();
  const [output, { code }] = await Promise.all([
    new Response(process.stdout).text(),
    process.exit,
    process.stderr.pipeTo(new WritableStream()),
  ]);
  return { code, output };
}

/** `stat` by the guest's own program: packing a whole directory only to learn that it is one would be waste. */
async function guestStat(machine: Machine, path: string): Promise<FileStat | undefined> {
  const { code, output } = await runOnGuest(machine, ['/bin/stat', '-L', '-c', '%f %s', path]);
  if (code !== 0) return undefined;
  const [hexMode = '0', size = '0'] = output.trim().split(' ');
  const mode = Number.parseInt(hexMode, 16);
  const kind = KINDS[mode >> 12] ?? 'file';
  return { kind, size: kind === 'file' ? Number(size) : 0, mode: mode & 0o7777 };
}
