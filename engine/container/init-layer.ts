import type { Directory, FileNode } from '../files/node.ts';

/** Its name in the guest's `/layers`. */
export const INIT_LAYER = 'drydock-init';

const owned = { uid: 0, gid: 0, mtime: 0 } as const;

const directory = (entries: Readonly<Record<string, FileNode>> = {}): Directory => ({
  ...owned,
  kind: 'directory',
  mode: 0o755,
  children: new Map(Object.entries(entries)),
});

const emptyFile: FileNode = { ...owned, kind: 'file', mode: 0o755, data: new Uint8Array() };

/**
 * The layer between image and container that dockerd calls `<id>-init`: mount points for what is mounted over every
 * container, so that making them never shows in `docker diff` (moby, initlayer).
 */
export const initLayerTree: Directory = directory({
  '.dockerenv': emptyFile,
  dev: directory({ console: emptyFile, pts: directory(), shm: directory() }),
  etc: directory({
    hostname: emptyFile,
    hosts: emptyFile,
    'resolv.conf': emptyFile,
    mtab: { ...owned, kind: 'symlink', mode: 0o777, target: '/proc/mounts' },
  }),
  proc: directory(),
  sys: directory(),
});
