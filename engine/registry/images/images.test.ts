import { expect, it } from 'vitest';
import type { Directory, FileNode, Metadata } from '../../files/node.ts';
import { appletNames, appletPaths } from './applets.ts';
import { alpineRootfs, busyboxRootfs, newestMtime, RootfsBuilder } from './rootfs.ts';

const encoder = new TextEncoder();
const NAMES = ['[', '[[', ...Array.from({ length: 60 }, (_, i) => `app${i}`), 'ls', 'ip', 'dpkg', 'busybox', 'chroot'];
const BINARY = encoder.encode(`\x7fELF...\0${NAMES.join('\0')}\0\0rest`);

function at(tree: Directory, path: string): FileNode | undefined {
  let node: FileNode | undefined = tree;
  for (const name of path.split('/')) node = node?.kind === 'directory' ? node.children.get(name) : undefined;
  return node;
}

it('reads the applets out of the binary', () => {
  expect(appletNames(BINARY)).toEqual(NAMES);
  expect(() => appletNames(encoder.encode('no table here'))).toThrow('no table of applet names');
});

it('puts applets where BusyBox would, without package managers', () => {
  const paths = appletPaths(NAMES, { flat: false });
  for (const path of ['usr/bin/[', 'bin/ls', 'sbin/ip', 'usr/sbin/chroot']) expect(paths).toContain(path);
  expect(paths.join(' ')).not.toMatch(/dpkg|busybox/);
  expect(appletPaths(['ip'], { flat: true })).toEqual(['bin/ip']);
});

const packages = {
  busybox: {
    version: '1.35.0',
    tree: new RootfsBuilder(1000)
      .file('bin/busybox', BINARY)
      .file('usr/share/doc/busybox-static/copyright', 'GPL')
      .tree(),
  },
  musl: {
    version: '1.2.3',
    tree: new RootfsBuilder(2000)
      .file('lib/i386-linux-musl/libc.so', 'libc')
      .file('usr/share/doc/musl/copyright', 'MIT')
      .tree(),
  },
  files: new RootfsBuilder(9e9)
    .file('etc/passwd', 'root:x:0:0::/root:/bin/sh\n', 0o600)
    .file('etc/shadow', 'root:*\n')
    .tree(),
};

it.each([
  ['alpine', alpineRootfs, 2000],
  ['busybox', busyboxRootfs, 1000],
] as const)('makes a root for %s that depends on its inputs only', (_, rootfs, mtime) => {
  const tree = rootfs(packages);
  const visit = (node: FileNode): Metadata[] => [
    node,
    ...(node.kind === 'directory' ? [...node.children.values()].flatMap(visit) : []),
  ];
  expect(new Set(visit(tree).map((node) => `${node.uid} ${node.gid} ${node.mtime}`))).toEqual(
    new Set([`0 0 ${mtime}`]),
  );
  expect(at(tree, 'bin/busybox')).toMatchObject({ kind: 'file', mode: 0o755 });
  expect(at(tree, 'bin/ls')).toMatchObject({ kind: 'symlink', target: 'busybox' });
  expect(at(tree, 'etc/passwd')).toMatchObject({ mode: 0o644 });
  expect(at(tree, 'etc/shadow')).toMatchObject({ mode: 0o640 });
  expect(at(tree, 'tmp')).toMatchObject({ mode: 0o1777 });
  const release = at(tree, 'etc/os-release');
  expect(release?.kind === 'file' && new TextDecoder().decode(release.data)).toMatch(/stand-in .*BusyBox 1\.35\.0/s);
});

it('dates a tree by its newest file', () => {
  expect(newestMtime(packages.musl.tree)).toBe(2000);
});
