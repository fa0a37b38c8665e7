import { beforeEach, describe, expect, it } from 'vitest';
import { FileSystemError } from './file-system-error.ts';
import type { Change } from './memory-file-system.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import type { Directory } from './node.ts';
import { device, directory, fifo, file, symlink } from './node.ts';
import { lookup } from './tree.ts';

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
const string = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const errorOf = (action: () => unknown): { code: string; errno: number } | undefined => {
  try {
    action();
  } catch (error) {
    if (error instanceof FileSystemError) return { code: error.code, errno: error.errno };
    throw error;
  }
  return undefined;
};
const codeOf = (action: () => unknown): string | undefined => errorOf(action)?.code;

let files: MemoryFileSystem;
let now: number;

beforeEach(() => {
  now = 1_700_000_000_000;
  files = new MemoryFileSystem({ now: () => now });
});

const root = (): Directory => files.toTree('/') as Directory;

describe('paths', () => {
  it('write and read, with parents made', () => {
    files.write('/a/b/c.txt', utf8('one'), 0o600);
    files.write('/a/b/c.txt', utf8('two'));
    expect(string(files.read('/a/b/c.txt'))).toBe('two');
    expect(files.stat('/a/b/c.txt')).toMatchObject({ kind: 'file', mode: 0o600, size: 3, nlink: 1 });
    expect(files.stat('/a')).toMatchObject({ kind: 'directory', mode: 0o755, nlink: 3 });
    expect(files.list('/a/b').map(({ name }) => name)).toEqual(['c.txt']);
  });

  it('keep their own copy of what is written', () => {
    const bytes = utf8('mine');
    files.write('/f', bytes);
    bytes.fill(0);
    expect(string(files.read('/f'))).toBe('mine');
    const again = utf8('again');
    files.write('/f', again);
    again.fill(0);
    expect(string(files.read('/f'))).toBe('again');
  });

  it('follow links inside the root', () => {
    files.write('/data/f', utf8('x'));
    files.symlink('/data', '/links/absolute');
    files.symlink('../../../data/f', '/links/relative');
    files.symlink('/data/later', '/links/dangling');
    expect(string(files.read('/links/absolute/f'))).toBe('x');
    files.write('/links/relative', utf8('y'));
    expect(string(files.read('/data/f'))).toBe('y');
    files.write('/links/dangling', utf8('z'));
    expect(string(files.read('/data/later'))).toBe('z');
    files.remove('/links/absolute');
    expect(files.exists('/data/f')).toBe(true);
    expect(files.lstat('/links/relative').kind).toBe('symlink');
    expect(files.stat('/links/relative').kind).toBe('file');
    expect(files.readlink('/links/relative')).toBe('../../../data/f');
  });

  it('fail with the codes of Linux', () => {
    files.write('/f', utf8(''));
    files.mkdir('/d/full');
    expect(errorOf(() => files.read('/no'))).toEqual({ code: 'ENOENT', errno: 2 });
    expect(codeOf(() => files.read('/f/x'))).toBe('ENOTDIR');
    expect(codeOf(() => files.read('/d'))).toBe('EISDIR');
    expect(codeOf(() => files.write('/d', utf8('')))).toBe('EISDIR');
    expect(codeOf(() => files.write('/f/x', utf8('')))).toBe('ENOTDIR');
    expect(codeOf(() => files.mkdir('/f'))).toBe('EEXIST');
    expect(codeOf(() => files.list('/f'))).toBe('ENOTDIR');
    expect(codeOf(() => files.remove('/no'))).toBe('ENOENT');
    expect(codeOf(() => files.rename('/no', '/x'))).toBe('ENOENT');
    expect(codeOf(() => files.rename('/f', '/no/x'))).toBe('ENOENT');
    expect(codeOf(() => files.rename('/d', '/d/full/x'))).toBe('EINVAL');
    expect(codeOf(() => files.rename('/f', '/d/full'))).toBe('EISDIR');
    expect(codeOf(() => files.rename('/', '/x'))).toBe('EBUSY');
    expect(codeOf(() => files.write(`/${'ä'.repeat(128)}`, utf8('')))).toBe('ENAMETOOLONG');
    expect(codeOf(() => files.write(`/${'ä'.repeat(127)}`, utf8('')))).toBeUndefined();
  });

  it('remove and rename whole directories', () => {
    files.write('/a/b/c', utf8('x'));
    files.write('/a/d', utf8('y'));
    files.rename('/a', '/z');
    expect(string(files.read('/z/b/c'))).toBe('x');
    expect(files.exists('/a')).toBe(false);
    files.remove('/z');
    expect(files.list('/')).toEqual([]);
    expect(files.inodes.bytes).toBe(0);
    expect(files.inodes.inodes).toBe(1);
    files.write('/a/b', utf8('x'));
    files.remove('/');
    expect(files.list('/')).toEqual([]);
  });

  it('move times forward', () => {
    files.write('/d/f', utf8('x'));
    now += 2500;
    files.chmod('/d/f', 0o755);
    expect(files.stat('/d/f')).toMatchObject({
      mtime: { seconds: 1_700_000_000, nanoseconds: 0 },
      ctime: { seconds: 1_700_000_002, nanoseconds: 500_000_000 },
    });
    files.write('/d/g', utf8('x'));
    expect(files.stat('/d').mtime.seconds).toBe(1_700_000_002);
  });
});

describe('limits', () => {
  it('are not passed, and leave everything as it was', () => {
    files = new MemoryFileSystem({ byteLimit: 10, inodeLimit: 3 });
    files.write('/a', utf8('12345678'));
    expect(codeOf(() => files.write('/b', utf8('123')))).toBe('ENOSPC');
    expect(files.exists('/b')).toBe(false);
    expect(codeOf(() => files.write('/a', utf8('12345678901')))).toBe('ENOSPC');
    expect(string(files.read('/a'))).toBe('12345678');
    files.write('/a', utf8('1'));
    files.write('/b', utf8('123456789'));
    expect(codeOf(() => files.write('/c', utf8('')))).toBe('ENOSPC');
    files.remove('/b');
    files.write('/c', utf8('123456789'));
  });
});

describe('toTree', () => {
  it('has everything a tree can hold, and shows no later change', () => {
    files.write('/bin/app', utf8('#!'), 0o755);
    files.symlink('app', '/bin/link');
    const before = root();
    files.write('/bin/app', utf8('changed'));
    files.remove('/bin/link');
    files.chmod('/bin', 0o700);
    const app = lookup(before, '/bin/app');
    expect(app).toMatchObject({ kind: 'file', mode: 0o755, mtime: 1_700_000_000 });
    expect(app?.kind === 'file' && string(app.data)).toBe('#!');
    expect(lookup(before, '/bin/link', { followLast: false })).toMatchObject({ kind: 'symlink', target: 'app' });
    expect(lookup(before, '/bin')?.mode).toBe(0o755);
  });

  it('copies nothing and gives the same objects for what did not change', () => {
    files.write('/a', utf8('a'));
    files.write('/b', utf8('b'));
    const before = root();
    files.write('/b', utf8('c'));
    const after = root();
    expect(after.children.get('a')).toBe(before.children.get('a'));
    expect(after.children.get('b')).not.toBe(before.children.get('b'));
    const a = after.children.get('a');
    expect(a?.kind === 'file' && a.data.buffer).toBe(files.read('/a').buffer);
  });
});

describe('replaceWith', () => {
  const shared = file('shared');
  const tree = directory(
    {
      bin: directory({ one: shared, two: shared }, { mode: 0o700, mtime: 5 }),
      link: symlink('bin/one'),
      null: device('character-device', 1, 3),
      pipe: fifo(),
      plain: file('plain', { uid: 1, gid: 2, mtime: 1.25, xattrs: new Map([['user.a', utf8('x')]]) }),
    },
    { mtime: 9 },
  );

  it('and toTree are each other turned round', () => {
    files.write('/old/file', utf8('gone'));
    files.write('/link/in/the/way', utf8('gone'));
    files.replaceWith(tree);
    expect(root()).toEqual(tree);
    expect(files.stat('/bin/one').inode).toBe(files.stat('/bin/two').inode);
    expect(files.inodes.bytes).toBe('shared'.length + 'plain'.length);
  });

  it('touches only what differs', () => {
    files.replaceWith(tree);
    const inode = files.stat('/plain').inode;
    const changes: Change[] = [];
    files.subscribe((change) => changes.push(change));
    files.replaceWith(tree);
    files.replaceWith(root());
    expect(changes).toEqual([]);
    const plain = { ...(tree.children.get('plain') as typeof shared), data: utf8('other') };
    const split = directory({ one: shared, two: file('shared') }, { mode: 0o700, mtime: 5 });
    files.replaceWith({ ...tree, children: new Map([...tree.children, ['plain', plain], ['bin', split]]) });
    expect(files.stat('/plain').inode).toBe(inode);
    expect(files.stat('/bin/one').inode).not.toBe(files.stat('/bin/two').inode);
    expect(new Set(changes.map(({ path }) => path))).toEqual(new Set(['/plain', '/bin/two', '/bin']));
    expect(changes.every(({ origin }) => origin === 'host')).toBe(true);
  });
});

describe('subscribe', () => {
  it('tells of each change once until it is ended', () => {
    const changes: string[] = [];
    const end = files.subscribe(({ kind, path, origin }) => changes.push(`${origin} ${kind} ${path}`));
    files.write('/a/f', utf8('x'));
    files.write('/a/f', utf8('y'));
    files.rename('/a/f', '/g');
    files.remove('/a');
    end();
    files.remove('/g');
    expect(changes).toEqual([
      'host created /a',
      'host created /a/f',
      'host modified /a/f',
      'host deleted /a/f',
      'host created /g',
      'host deleted /a',
    ]);
  });
});
