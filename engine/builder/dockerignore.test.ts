import { describe, expect, test } from 'vitest';
import { walk } from '../files/tree.ts';
import { filterTree, parseDockerignore } from './dockerignore.ts';
import { compilePathPattern, hasWildcards } from './path-pattern.ts';
import { tree } from './testing/environment.ts';

describe('filepath.Match', () => {
  // From the documentation of Go's path/filepath.
  test.each([
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'abc', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['[a-ζ]*', 'α', true],
    ['*x', 'xxx', true],
    ['a?b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-x]', '-', true],
    ['**/a', 'b/c/a', false],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(compilePathPattern(pattern, false)(path)).toBe(expected);
  });

  test.each(['[', '[a', '[]a]', '[-]', '[x-]', 'a[', '[^', 'ab\\'])('%s is malformed', (pattern) => {
    expect(() => compilePathPattern(pattern, false)).toThrow(`syntax error in pattern: ${pattern}`);
  });

  test('many stars take no exponential time', () => {
    expect(compilePathPattern(`${'*a'.repeat(40)}b`, true)('a'.repeat(3000))).toBe(false);
  });

  test('tells patterns from paths', () => {
    expect(['a*', 'a?', '[a]', 'x/*.c'].every(hasWildcards)).toBe(true);
    expect(['a', 'a\\*', '\\[a'].some(hasWildcards)).toBe(false);
  });
});

describe('.dockerignore', () => {
  const excluded = (text: string, ...paths: string[]) => {
    const ignore = parseDockerignore(text);
    return paths.filter((path) => ignore.excludes(path));
  };

  test('matches from the root of the context, and all that is below what matches', () => {
    expect(excluded('temp*\n*/temp*\n/x', 'temp', 'tempa/b/c', 'a/temp', 'a/b/temp', 'x', 'a/x')).toEqual([
      'temp',
      'tempa/b/c',
      'a/temp',
      'x',
    ]);
  });

  test('a double star is any number of directories', () => {
    expect(excluded('**/*.go\na/**/z', 'x.go', 'a/b/x.go', 'x.goo', 'a/z', 'a/b/c/z', 'z')).toEqual([
      'x.go',
      'a/b/x.go',
      'a/z',
      'a/b/c/z',
    ]);
    expect(excluded('a/**', 'a', 'a/b', 'a/b/c', 'b')).toEqual(['a/b', 'a/b/c']);
  });

  test('the last rule that matches counts', () => {
    const text = '*.md\n!README*.md\nREADME-secret.md';
    expect(excluded(text, 'a.md', 'README.md', 'README-secret.md')).toEqual(['a.md', 'README-secret.md']);
    expect(excluded('*.md\nREADME-secret.md\n!README*.md', 'a.md', 'README.md', 'README-secret.md')).toEqual(['a.md']);
  });

  test('comments, blank lines, white space, byte order mark, odd paths', () => {
    expect(excluded('\ufeff# *\n\n  a/./b/  \r\n./c/../d\n.\n', 'a/b', 'd', 'c', 'e', '# *')).toEqual(['a/b', 'd']);
  });

  test('filters a tree, keeping directories of what is brought back', () => {
    const root = tree({ 'a/b/c': '1', 'a/b/d': '2', 'a/e': '3', f: '4', 'empty/': '' });
    const filtered = filterTree(root, parseDockerignore('*\n!a/b/c\n!empty'));
    expect([...walk(filtered)].map(({ path }) => path)).toEqual(['/', '/a', '/a/b', '/a/b/c', '/empty']);
    const kept = filterTree(root, parseDockerignore('a/b'));
    expect([...walk(kept)].map(({ path }) => path)).toEqual(['/', '/a', '/a/e', '/f', '/empty']);
    // Filtering again changes nothing: clients that filter themselves may send what they like.
    expect(filterTree(kept, parseDockerignore('a/b'))).toEqual(kept);
  });
});
