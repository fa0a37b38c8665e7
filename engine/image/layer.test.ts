import { describe, expect, it } from 'vitest';
import type { Device, Directory, FileNode } from '../files/node.ts';
import { NO_DATA, type TarEntry } from '../files/tar/entry.ts';
import { readTar, tarToTree, writeTar } from '../files/tar/index.ts';
import { countBytes } from '../files/tree.ts';
import { applyLayer, emptyRoot, layerChanges, layerTarToTree, treeToLayerTar } from './layer.ts';
import { isOpaque, isWhiteout } from './overlay.ts';
import { directoryEntry, fileEntry } from './testing/random-image.ts';

function layer(...entries: TarEntry[]): Directory {
  return layerTarToTree(writeTar(entries));
}

function at(tree: Directory, path: string): FileNode | undefined {
  let node: FileNode | undefined = tree;
  for (const name of path.split('/')) node = node?.kind === 'directory' ? node.children.get(name) : undefined;
  return node;
}

function directoryAt(tree: Directory, path: string): Directory {
  const node = at(tree, path);
  if (node?.kind !== 'directory') throw new Error(`${path} is no directory`);
  return node;
}

/** All paths, directories with a slash. */
function paths(tree: Directory, prefix = ''): string[] {
  return [...tree.children]
    .sort()
    .flatMap(([name, node]) =>
      node.kind === 'directory' ? [`${prefix}${name}/`, ...paths(node, `${prefix}${name}/`)] : [prefix + name],
    );
}

describe('layerTarToTree', () => {
  it('makes whiteouts character devices 0:0 of mode 0', () => {
    const tree = layer(fileEntry('etc/.wh.gone', ''));
    expect(at(tree, 'etc/gone')).toMatchObject({
      kind: 'character-device',
      major: 0,
      minor: 0,
      mode: 0,
    } satisfies Partial<Device>);
    expect(at(tree, 'etc')).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
    expect(paths(tree)).toEqual(['etc/', 'etc/gone']);
  });

  it.each([
    ['before', [fileEntry('d/.wh..wh..opq', ''), directoryEntry('d/', { mode: 0o700 })]],
    ['after', [directoryEntry('d/', { mode: 0o700 }), fileEntry('d/.wh..wh..opq', '')]],
  ] as [string, TarEntry[]][])('marks a directory opaque when the mark comes %s it', (_, entries) => {
    const directory = directoryAt(layer(...entries), 'd');
    expect(directory.xattrs?.get('trusted.overlay.opaque')).toEqual(Uint8Array.of(0x79));
    expect(directory.mode).toBe(0o700);
    expect(directory.children.size).toBe(0);
  });

  it.each([
    ['first', [fileEntry('.wh.d', ''), fileEntry('d/x', '')]],
    ['last', [fileEntry('d/x', ''), fileEntry('.wh.d', '')]],
  ] as [string, TarEntry[]][])(
    'takes a whiteout beside a directory of its own layer for an opaque mark (%s)',
    (_, entries) => {
      const tree = layer(...entries);
      expect(isOpaque(directoryAt(tree, 'd'))).toBe(true);
      expect(paths(tree)).toEqual(['d/', 'd/x']);
    },
  );

  it('keeps a file whose whiteout is in the same layer', () => {
    expect(at(layer(fileEntry('.wh.f', ''), fileEntry('f', 'x')), 'f')).toMatchObject({ kind: 'file' });
    expect(at(layer(fileEntry('f', 'x'), fileEntry('.wh.f', '')), 'f')).toMatchObject({ kind: 'file' });
  });

  it('leaves out what AUFS kept for itself', () => {
    expect(
      paths(
        layer(
          directoryEntry('.wh..wh.plnk/'),
          fileEntry('.wh..wh.plnk/1.2', 'x'),
          fileEntry('.wh..wh.aufs', ''),
          fileEntry('a', ''),
        ),
      ),
    ).toEqual(['a']);
  });

  it('takes metadata of the root from the archive', () => {
    expect(layer(directoryEntry('./', { mode: 0o711, uid: 4 }))).toMatchObject({ mode: 0o711, uid: 4 });
  });
});

describe('treeToLayerTar', () => {
  it('writes what layerTarToTree reads', () => {
    const tree = layer(
      directoryEntry('d/', { mode: 0o1777 }),
      fileEntry('d/.wh..wh..opq', ''),
      fileEntry('d/f', 'x', { mode: 0o4755, xattrs: new Map([['user.a', Uint8Array.of(1)]]) }),
      fileEntry('d/h', NO_DATA, { type: 'hard-link', linkName: 'd/f' }),
      fileEntry('d/.wh.old', ''),
      fileEntry('null', NO_DATA, { type: 'character-device', major: 1, minor: 3 }),
    );
    const tar = treeToLayerTar(tree);
    expect(layerTarToTree(tar)).toEqual(tree);
    expect(readTar(tar).map((entry) => entry.name)).toEqual([
      'd/',
      'd/.wh..wh..opq',
      'd/f',
      'd/h',
      'd/.wh.old',
      'null',
    ]);
    expect(readTar(tar)[0]?.xattrs).toBeUndefined();
  });
});

describe('applyLayer', () => {
  const base = layer(
    directoryEntry('etc/', { mode: 0o755 }),
    fileEntry('etc/a', 'a'),
    fileEntry('etc/b', 'b'),
    fileEntry('var/log/x', 'x'),
    fileEntry('var/log/deep/y', 'y'),
    fileEntry('swap', 'file'),
    fileEntry('untouched/z', 'z'),
  );
  const top = layer(
    directoryEntry('etc/', { mode: 0o700 }),
    fileEntry('etc/.wh.a', ''),
    fileEntry('etc/c', 'c'),
    directoryEntry('var/log/'),
    fileEntry('var/log/.wh..wh..opq', ''),
    fileEntry('var/log/new', 'n'),
    directoryEntry('swap/'),
    fileEntry('swap/.wh.nothing', ''),
    fileEntry('.wh.absent', ''),
  );
  const merged = applyLayer(base, top);

  it('deletes, replaces, merges', () => {
    expect(paths(merged)).toEqual([
      'etc/',
      'etc/b',
      'etc/c',
      'swap/',
      'untouched/',
      'untouched/z',
      'var/',
      'var/log/',
      'var/log/new',
    ]);
    expect(at(merged, 'etc')).toMatchObject({ mode: 0o700 });
  });

  it('leaves nothing of overlayfs in the view', () => {
    const visit = (directory: Directory): void => {
      expect(isOpaque(directory)).toBe(false);
      for (const node of directory.children.values()) {
        expect(isWhiteout(node)).toBe(false);
        if (node.kind === 'directory') visit(node);
      }
    };
    visit(merged);
  });

  it('shares what it does not touch and changes neither', () => {
    expect(at(merged, 'untouched')).toBe(at(base, 'untouched'));
    expect(at(base, 'etc/a')).toBeDefined();
    expect(at(top, 'etc/a')).toBeDefined();
  });

  it('gives back the base for an empty layer, by value', () => {
    expect(applyLayer(base, emptyRoot())).toEqual(base);
  });

  it('tells its changes as docker diff does', () => {
    expect(layerChanges(base, top).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'C /etc',
      'D /etc/a',
      'A /etc/c',
      'C /swap',
      'C /var',
      'C /var/log',
      'D /var/log/deep',
      'A /var/log/new',
      'D /var/log/x',
    ]);
  });
});

it('counts a hard-linked file once', () => {
  const tree = tarToTree(
    writeTar([
      fileEntry('a', '12345'),
      fileEntry('b', NO_DATA, { type: 'hard-link', linkName: 'a' }),
      fileEntry('c', '12345'),
    ]),
  );
  expect(countBytes(tree)).toBe(10);
});
