import { describe, expect, it } from 'vitest';
import { FileSystemError } from './file-system-error.ts';
import { directory, file, symlink } from './node.ts';
import { countBytes, insert, lookup, merge, remove, resolve, walk } from './tree.ts';

const hosts = file('127.0.0.1 localhost\n');
const tree = directory({
  etc: directory({ hosts, link: symlink('hosts'), up: symlink('../../../bin/sh') }),
  bin: directory({ sh: file('sh', { mode: 0o755 }) }),
  usr: directory({ bin: symlink('/bin') }),
  loop: symlink('pool'),
  pool: symlink('loop'),
  self: symlink('/'),
  empty: symlink(''),
  dangling: symlink('/etc/new'),
});

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof FileSystemError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('resolve', () => {
  it.each([
    ['/', '/'],
    ['', '/'],
    ['etc//./hosts', '/etc/hosts'],
    ['/etc/../../etc/hosts', '/etc/hosts'],
    ['/etc/link', '/etc/hosts'],
    ['/etc/up', '/bin/sh'],
    ['/usr/bin/sh', '/bin/sh'],
    ['/self/self/etc/', '/etc'],
    ['/usr/bin/../etc', '/etc'],
  ])('follows %s to %s', (path, expected) => {
    const found = resolve(tree, path);
    expect(found.path).toBe(expected);
    expect(found.node).toBe(lookup(tree, expected));
    expect(found.node).toBeDefined();
  });

  it('keeps the last link when told to, unless a slash follows it', () => {
    expect(resolve(tree, '/usr/bin', { followLast: false }).node).toMatchObject({ kind: 'symlink' });
    expect(resolve(tree, '/usr/bin/', { followLast: false }).path).toBe('/bin');
    expect(resolve(tree, '/usr/bin/sh', { followLast: false }).path).toBe('/bin/sh');
  });

  it('says where a missing last component would be', () => {
    const found = resolve(tree, '/usr/bin/ls');
    expect(found).toMatchObject({ path: '/bin/ls', node: undefined, name: 'ls' });
    expect(found.parent).toBe(lookup(tree, '/bin'));
    expect(resolve(tree, '/new/')).toMatchObject({ path: '/new', node: undefined });
    expect(resolve(tree, '/dangling')).toMatchObject({ path: '/etc/new', node: undefined });
  });

  it.each([
    ['/no/such', 'ENOENT'],
    ['/no/.', 'ENOENT'],
    ['/empty', 'ENOENT'],
    ['/etc/hosts/x', 'ENOTDIR'],
    ['/etc/hosts/', 'ENOTDIR'],
    ['/loop', 'ELOOP'],
    ['/loop/x', 'ELOOP'],
  ])('refuses %s with %s', (path, code) => {
    expect(codeOf(() => resolve(tree, path))).toBe(code);
    expect(lookup(tree, path)).toBeUndefined();
  });
});

describe('trees', () => {
  it('walks parents before children', () => {
    const paths = [...walk(directory({ a: directory({ b: file() }), c: file() }))].map(({ path }) => path);
    expect(paths).toEqual(['/', '/a', '/a/b', '/c']);
  });

  it('counts a hard link once', () => {
    const shared = file('12345');
    expect(countBytes(directory({ a: shared, b: directory({ c: shared }), d: file('12345') }))).toBe(10);
  });

  it('merges directories and lets the upper win elsewhere', () => {
    const upper = directory({ etc: directory({ passwd: file('root') }, { mode: 0o700 }), bin: file('now a file') });
    const merged = merge(tree, upper);
    expect(lookup(merged, '/etc/hosts')).toBe(hosts);
    expect(lookup(merged, '/etc/passwd')).toMatchObject({ kind: 'file' });
    expect(lookup(merged, '/etc')).toMatchObject({ mode: 0o700 });
    expect(lookup(merged, '/bin')).toMatchObject({ kind: 'file' });
    expect(lookup(tree, '/etc/passwd')).toBeUndefined();
  });

  it('inserts with parents and removes, leaving the old tree as it was', () => {
    const added = insert(tree, '/var/lib/x', hosts, directory({}, { mode: 0o711 }));
    expect(lookup(added, '/var/lib/x')).toBe(hosts);
    expect(lookup(added, '/var')).toMatchObject({ mode: 0o711 });
    expect(lookup(added, '/etc')).toBe(lookup(tree, '/etc'));
    expect(lookup(tree, '/var')).toBeUndefined();
    expect(codeOf(() => insert(tree, '/etc/hosts/x', hosts))).toBe('ENOTDIR');
    expect(codeOf(() => insert(tree, '/', hosts))).toBe('EINVAL');
    expect(codeOf(() => insert(tree, '/etc/../x', hosts))).toBe('EINVAL');
    const less = remove(added, '/var/lib/x');
    expect(lookup(less, '/var/lib')).toMatchObject({ kind: 'directory' });
    expect(lookup(less, '/var/lib/x')).toBeUndefined();
    expect(remove(tree, '/no/such')).toBe(tree);
  });
});
