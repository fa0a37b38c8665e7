import { describe, expect, it } from 'vitest';
import { directoryEntry, fileEntry, seededBytes } from '../../image/testing/random-image.ts';
import type { Directory, FileNode, RegularFile } from '../node.ts';
import { NO_DATA, type TarEntry } from './entry.ts';
import { TarError } from './error.ts';
import { checksums } from './header.ts';
import { readTar } from './read.ts';
import { tarToTree, treeToTar } from './tree.ts';
import { writeTar } from './write.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function node(tree: Directory, path: string): unknown {
  let here: unknown = tree;
  for (const name of path.split('/')) here = (here as Directory | undefined)?.children?.get(name);
  return here;
}

/** Changes header bytes of the first member and makes its checksum right again. */
function patched(tar: Uint8Array, patch: (block: Uint8Array) => void): Uint8Array {
  const copy = tar.slice();
  const block = copy.subarray(0, 512);
  patch(block);
  block.set(encoder.encode(`${checksums(block).unsigned.toString(8).padStart(6, '0')}\0 `), 148);
  return copy;
}

function errorOf(work: () => unknown): TarError {
  try {
    work();
  } catch (error) {
    if (error instanceof TarError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('writeTar and readTar', () => {
  const kinds: TarEntry[] = [
    directoryEntry('d/', { mode: 0o1777, uid: 5, gid: 6 }),
    fileEntry('d/f', 'hello', { mode: 0o4755 }),
    fileEntry('d/empty', ''),
    fileEntry('d/hard', NO_DATA, { type: 'hard-link', linkName: 'd/f' }),
    fileEntry('d/soft', NO_DATA, { type: 'symlink', linkName: '../x' }),
    fileEntry('d/tty', NO_DATA, { type: 'character-device', major: 5, minor: 1 }),
    fileEntry('d/sda', NO_DATA, { type: 'block-device', major: 8, minor: 0 }),
    fileEntry('d/pipe', NO_DATA, { type: 'fifo' }),
    fileEntry('d/owned', 'x', { userName: 'root', groupName: 'wheel' }),
  ];

  it('keep every kind of member as it is', () => {
    expect(readTar(writeTar(kinds))).toEqual(kinds);
  });

  it('use plain ustar where it suffices: one header a member and two zero blocks', () => {
    expect(writeTar([fileEntry('a', 'x')])).toHaveLength(512 + 512 + 1024);
    const name = `${'p'.repeat(150)}/${'n'.repeat(100)}`;
    const tar = writeTar([fileEntry(name, '')]);
    expect(tar).toHaveLength(512 + 1024);
    expect(readTar(tar)[0]?.name).toBe(name);
  });

  it.each([
    ['a name too long for ustar', { name: `${'n'.repeat(101)}` }],
    ['a name that cannot be cut at a slash', { name: `${'p'.repeat(160)}/x` }],
    ['a directory name of 101 bytes', { name: `${'d'.repeat(100)}/`, type: 'directory', data: NO_DATA }],
    ['a name that is not ASCII', { name: 'größe/世界' }],
    ['a long link', { type: 'symlink', linkName: 'l'.repeat(300), data: NO_DATA }],
    ['a time with a fraction', { mtime: 1_700_000_000.5 }],
    ['a time before 1970', { mtime: -5 }],
    ['large owners', { uid: 2 ** 31, gid: 2 ** 32 - 2 }],
    ['extended attributes', { xattrs: new Map([['user.a', Uint8Array.of(0, 10, 61, 255)]]) }],
    ['an attribute whose record is 99 to 101 bytes', { xattrs: new Map([['user.b', new Uint8Array(76)]]) }],
  ] as [string, Partial<TarEntry>][])('keep %s by PAX', (_, overrides) => {
    const entry = fileEntry('f', 'data', overrides);
    const tar = writeTar([entry, fileEntry('next', 'n')]);
    expect(readTar(tar)).toEqual([entry, fileEntry('next', 'n')]);
    // The extended header comes first, so PAX was really used.
    expect(String.fromCharCode(tar[156] ?? 0)).toBe('x');
  });

  it('count a PAX record whose length has its own digits in it', () => {
    for (let size = 0; size < 1100; size++) {
      const entry = fileEntry('f', '', { xattrs: new Map([['user.x', new Uint8Array(size)]]) });
      expect(readTar(writeTar([entry]))[0]?.xattrs?.get('user.x')).toHaveLength(size);
    }
  });

  it('give views of the archive, not copies', () => {
    const tar = writeTar([fileEntry('a', seededBytes(3000, 1))]);
    expect(readTar(tar)[0]?.data.buffer).toBe(tar.buffer);
  });
});

describe('readTar', () => {
  const one = writeTar([fileEntry('a', 'data')]);
  /** A member `a` with PAX records that speak of holes. */
  const sparse = (...records: string[]): Uint8Array => {
    const text = records.map((record) => {
      const rest = ` GNU.sparse.${record}\n`;
      return `${rest.length + 2}${rest}`;
    });
    const pax = patched(writeTar([fileEntry('pax', text.join(''))]), (block) => block.fill(0x78, 156, 157));
    return new Uint8Array([...pax.subarray(0, 1024), ...one]);
  };

  it('reads GNU long names and links', () => {
    const long = (typeflag: string, text: string): Uint8Array =>
      patched(writeTar([fileEntry('././@LongLink', `${text}\0`)]), (block) => {
        block[156] = typeflag.charCodeAt(0);
      }).subarray(0, 512 + Math.ceil((text.length + 1) / 512) * 512);
    const name = `${'n'.repeat(200)}/`.repeat(4);
    const target = 't'.repeat(700);
    const link = writeTar([fileEntry('short', NO_DATA, { type: 'symlink', linkName: 'short' })]);
    const tar = new Uint8Array([...long('L', name), ...long('K', target), ...link]);
    expect(readTar(tar)).toMatchObject([{ name, linkName: target }]);
  });

  it('reads sizes over 8 GiB in base-256 and says that the data is not there', () => {
    const huge = patched(one, (block) => block.set([0x80, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0], 124));
    expect(errorOf(() => readTar(huge))).toMatchObject({ code: 'truncated', offset: 0 });
  });

  it('reads negative base-256 times', () => {
    const old = patched(one, (block) => block.set([...new Array(11).fill(0xff), 0xfe], 136));
    expect(readTar(old)[0]?.mtime).toBe(-2);
  });

  it('applies global headers until they are taken back', () => {
    const pax = (typeflag: string, record: string): Uint8Array =>
      patched(writeTar([fileEntry('pax', record)]), (block) => {
        block[156] = typeflag.charCodeAt(0);
      }).subarray(0, 1024);
    const tar = new Uint8Array([
      ...pax('g', '12 uid=1234\n'),
      ...one.subarray(0, 1024),
      ...pax('x', '8 uid=7\n'),
      ...one.subarray(0, 1024),
      ...one,
    ]);
    expect(readTar(tar).map((entry) => entry.uid)).toEqual([1234, 7, 1234]);
  });

  it('takes a V7 name with a trailing slash for a directory', () => {
    const v7 = patched(writeTar([fileEntry('dir/', '')]), (block) => block.fill(0, 156, 512));
    expect(readTar(v7)).toMatchObject([{ name: 'dir/', type: 'directory' }]);
  });

  it('accepts an archive without its end, and anything after it', () => {
    expect(readTar(one.subarray(0, 1024))).toHaveLength(1);
    expect(readTar(new Uint8Array([...one, 1, 2, 3]))).toHaveLength(1);
    expect(readTar(new Uint8Array(0))).toEqual([]);
  });

  it.each([
    ['a cut header', one.subarray(0, 300), 'truncated', 0],
    ['cut data', one.subarray(0, 514), 'truncated', 0],
    ['a wrong checksum', patched(one, () => {}).fill(0x39, 148, 154), 'invalid-header', 0],
    ['text', encoder.encode('not an archive at all. '.repeat(40)), 'invalid-header', 0],
    ['a size that is no number', patched(one, (block) => block.set(encoder.encode('abc'), 124)), 'invalid-header', 0],
    ['a lone zero block', new Uint8Array([...new Uint8Array(512), ...one]), 'invalid-header', 0],
    [
      'a later bad header',
      new Uint8Array([...one.subarray(0, 1024), ...one.fill.call(one.slice(), 1, 0, 9)]),
      'invalid-header',
      1024,
    ],
    [
      'a sparse file with more data than its size',
      patched(one, (block) => {
        block.fill(0x53, 156, 157);
        block.set(encoder.encode('00000000000\x0000000000004\0'), 386);
        block.set(encoder.encode('00000000003\0'), 483);
      }),
      'invalid-header',
      0,
    ],
    ['a sparse file smaller than nothing', sparse('realsize=-1'), 'invalid-header', 1024],
    ['a sparse file larger than memory', sparse('size=99999999999'), 'too-large', 1024],
    ['extents that overlap', sparse('size=9', 'map=0,2,1,2'), 'invalid-header', 1024],
    ['a sparse file of the year 2100', sparse('major=2', 'minor=0', 'realsize=1'), 'unsupported', 1024],
    ['a type nobody knows', patched(one, (block) => block.fill(0x51, 156, 157)), 'unsupported', 0],
    ['a part of a larger archive', patched(one, (block) => block.fill(0x4d, 156, 157)), 'unsupported', 0],
    ['no name', patched(one, (block) => block.fill(0, 0, 100)), 'invalid-path', 0],
    ['a size below zero', patched(one, (block) => block.fill(0xff, 124, 136)), 'invalid-header', 0],
    [
      'a size beyond all numbers',
      patched(one, (block) => block.fill(0x7f, 125, 136).fill(0xbf, 124, 125)),
      'invalid-header',
      0,
    ],
    [
      'an extended header of more than a megabyte',
      patched(one, (block) => {
        block.fill(0x78, 156, 157);
        block.set(encoder.encode('00010000001'), 124);
      }),
      'invalid-header',
      0,
    ],
  ] as const)('refuses %s, saying where', (_, bytes, code, offset) => {
    expect(errorOf(() => readTar(bytes))).toMatchObject({ code, offset });
  });

  it.each(['x', '5 a=', '99 a=b\n', '5 a=b\n', '-1 a=b\n', '6 abc\n', '5 =a\n', '12 path=a\0b\n', '1e1 abc=d\n'])(
    'refuses the PAX record %j',
    (record) => {
      const bad = patched(writeTar([fileEntry('pax', record)]), (block) => {
        block[156] = 0x78;
      });
      expect(errorOf(() => readTar(bad))).toMatchObject({ code: 'invalid-header', offset: 0 });
    },
  );
});

describe('tarToTree', () => {
  it('makes missing parents and keeps hard links one file', () => {
    const tree = tarToTree(
      writeTar([
        fileEntry('./a/b/c', 'x', { uid: 3 }),
        fileEntry('a/again', NO_DATA, { type: 'hard-link', linkName: './a/b/c' }),
      ]),
    );
    expect(node(tree, 'a')).toMatchObject({ kind: 'directory', mode: 0o755, uid: 0 });
    expect(node(tree, 'a/again')).toBe(node(tree, 'a/b/c'));
  });

  it('lets later members win, and a directory keep its children', () => {
    const tree = tarToTree(
      writeTar([fileEntry('d/x', 'old'), directoryEntry('d/', { mode: 0o700 }), fileEntry('d/x', 'new')]),
    );
    expect(node(tree, 'd')).toMatchObject({ mode: 0o700 });
    expect(decoder.decode((node(tree, 'd/x') as RegularFile).data)).toBe('new');
  });

  it('follows symlinks on the way within the tree, absolute ones from its root', () => {
    const tree = tarToTree(
      writeTar([
        directoryEntry('usr/lib/'),
        fileEntry('lib', NO_DATA, { type: 'symlink', linkName: './usr/../usr/lib' }),
        fileEntry('lib/x', 'via link'),
        fileEntry('abs', NO_DATA, { type: 'symlink', linkName: '/etc' }),
        fileEntry('abs/passwd', 'in the tree'),
      ]),
    );
    expect(node(tree, 'usr/lib/x')).toMatchObject({ kind: 'file' });
    expect(node(tree, 'etc/passwd')).toMatchObject({ kind: 'file' });
    expect(node(tree, 'lib')).toMatchObject({ kind: 'symlink' });
  });

  it.each([
    ['a path that climbs out', [fileEntry('../x', '')]],
    ['a path that climbs out later', [fileEntry('a/../../x', '')]],
    ['a path through a file', [fileEntry('file', ''), fileEntry('file/below', '')]],
    [
      'a path through a symlink that leads outside',
      [fileEntry('a', NO_DATA, { type: 'symlink', linkName: '../../etc' }), fileEntry('a/passwd', '')],
    ],
    [
      'a hard link out of the archive',
      [fileEntry('passwd', ''), fileEntry('x', NO_DATA, { type: 'hard-link', linkName: '../passwd' })],
    ],
    [
      'a hard link through a symlink that leads outside',
      [
        fileEntry('a', NO_DATA, { type: 'symlink', linkName: '..' }),
        fileEntry('x', NO_DATA, { type: 'hard-link', linkName: 'a/y' }),
      ],
    ],
    [
      'a hard link to a directory',
      [directoryEntry('d/'), fileEntry('x', NO_DATA, { type: 'hard-link', linkName: 'd' })],
    ],
    ['a hard link to itself', [fileEntry('x', NO_DATA, { type: 'hard-link', linkName: 'x' })]],
    ['a hard link to nothing', [fileEntry('x', NO_DATA, { type: 'hard-link', linkName: 'y' })]],
    [
      'a loop of symlinks',
      [
        fileEntry('a', NO_DATA, { type: 'symlink', linkName: 'b' }),
        fileEntry('b', NO_DATA, { type: 'symlink', linkName: 'a' }),
        fileEntry('a/x', ''),
      ],
    ],
  ] as [string, TarEntry[]][])('refuses %s, naming the member', (_, entries) => {
    const error = errorOf(() => tarToTree(writeTar(entries)));
    expect(error.code).toBe('invalid-path');
    expect(error.message).toContain(`"${entries.at(-1)?.name}"`);
  });

  it('keeps absolute paths inside', () => {
    const tree = tarToTree(writeTar([fileEntry('/etc/passwd', 'x'), fileEntry('//a/./b', 'y')]));
    expect(node(tree, 'etc/passwd')).toMatchObject({ kind: 'file' });
    expect(node(tree, 'a/b')).toMatchObject({ kind: 'file' });
  });

  it('refuses a name twice only if it is told to', () => {
    const twice = writeTar([
      directoryEntry('d/'),
      fileEntry('d/x', '1'),
      directoryEntry('d/'),
      fileEntry('./d/x', '2'),
    ]);
    expect(decoder.decode((node(tarToTree(twice), 'd/x') as RegularFile).data)).toBe('2');
    expect(errorOf(() => tarToTree(twice, { unique: true }))).toMatchObject({
      code: 'duplicate',
      message: 'duplicate entry in archive: "./d/x"',
    });
  });

  it('refuses names that Linux has no room for', () => {
    const long = (name: string) => errorOf(() => tarToTree(writeTar([fileEntry(name, '')])));
    expect(long('n'.repeat(256))).toMatchObject({ code: 'invalid-path', offset: 1024 });
    expect(long('ü'.repeat(128)).message).toMatch(/^"ü+": File name too long/);
    expect(long('d/'.repeat(10_000)).message).toMatch(/^"(d\/)+\.\.\.": File name too long/);
    const deep = 'd/'.repeat(2000);
    expect(node(tarToTree(writeTar([fileEntry(`${deep}x`, '')])), `${deep}x`)).toMatchObject({ kind: 'file' });
  });
});

describe('treeToTar', () => {
  const file: RegularFile = { kind: 'file', mode: 0o600, uid: 7, gid: 8, mtime: 9, data: encoder.encode('x') };
  const tree: Directory = {
    kind: 'directory',
    mode: 0o755,
    uid: 1,
    gid: 1,
    mtime: 2,
    children: new Map<string, FileNode>([
      ['z', file],
      ['d', { kind: 'directory', mode: 0o700, uid: 0, gid: 0, mtime: 3, children: new Map([['y', file]]) }],
      ['a', { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: 4, target: 'z' }],
    ]),
  };

  it('sorts, puts parents first and writes a file once', () => {
    const entries = readTar(treeToTar(tree));
    expect(entries.map(({ name, type }) => [name, type])).toEqual([
      ['a', 'symlink'],
      ['d/', 'directory'],
      ['d/y', 'file'],
      ['z', 'hard-link'],
    ]);
    expect(entries[3]?.linkName).toBe('d/y');
  });

  it('does not depend on the order of children', () => {
    const reversed = { ...tree, children: new Map([...tree.children].reverse()) };
    expect(treeToTar(reversed)).toEqual(treeToTar(tree));
  });

  it('puts a prefix, a root, a time and an owner on all', () => {
    const entries = readTar(treeToTar(tree, { prefix: '/app/', root: true, mtime: 42, owner: { uid: 0, gid: 0 } }));
    expect(entries.map((entry) => entry.name)).toEqual(['app/', 'app/a', 'app/d/', 'app/d/y', 'app/z']);
    expect(entries.every(({ mtime, uid, gid }) => mtime === 42 && uid === 0 && gid === 0)).toBe(true);
    expect(entries[4]?.linkName).toBe('app/d/y');
  });

  it('is undone by tarToTree', () => {
    const back = tarToTree(treeToTar(tree, { root: true }));
    expect(back).toEqual(tree);
    expect(back.children.get('z')).toBe(node(back, 'd/y'));
  });
});
