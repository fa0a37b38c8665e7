import { describe, expect, it } from 'vitest';
import { canonicalName, familiarName, parseReference } from './reference.ts';

const D = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseReference', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20', 'alpine:3.20'],
    ['library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['docker.io/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['user/app', 'docker.io/user/app:latest', 'user/app:latest'],
    ['a/b/c:x', 'docker.io/a/b/c:x', 'a/b/c:x'],
    ['localhost/x', 'localhost/x:latest', 'localhost/x:latest'],
    ['localhost:5000/x', 'localhost:5000/x:latest', 'localhost:5000/x:latest'],
    ['ghcr.io/a/b:v1', 'ghcr.io/a/b:v1', 'ghcr.io/a/b:v1'],
    ['[::1]:5000/x', '[::1]:5000/x:latest', '[::1]:5000/x:latest'],
    ['Host/x', 'Host/x:latest', 'Host/x:latest'],
    ['a__b.c-d---e', 'docker.io/library/a__b.c-d---e:latest', 'a__b.c-d---e:latest'],
    ['foo:5000', 'docker.io/library/foo:5000', 'foo:5000'],
    [`alpine@${D}`, `docker.io/library/alpine@${D}`, `alpine@${D}`],
    [`alpine:3@${D}`, `docker.io/library/alpine:3@${D}`, `alpine:3@${D}`],
    ['sha256:abc', 'docker.io/library/sha256:abc', 'sha256:abc'],
  ])('%s', (text, canonical, familiar) => {
    const reference = parseReference(text);
    expect(canonicalName(reference)).toBe(canonical);
    expect(familiarName(reference)).toBe(familiar);
    expect(parseReference(canonical)).toEqual(reference);
    expect(parseReference(familiar)).toEqual(reference);
  });

  it('adds no tag when asked for the bare name', () => {
    expect(parseReference('alpine', { bare: true })).toEqual({ domain: 'docker.io', path: 'library/alpine' });
  });

  it.each([
    '',
    ':x',
    'a:',
    'a b',
    'a//b',
    '/a',
    'a/',
    '-a',
    'a_',
    'a___b',
    'a..b',
    'a:.x',
    `a:${'t'.repeat(129)}`,
    'a:b:c',
    'a@',
    'a@sha256:12',
    'a@md5:00',
    '..',
    'http://x/y',
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(/^invalid reference format$/);
  });

  it('says it as Docker does', () => {
    expect(() => parseReference('FOO')).toThrow(
      'invalid reference format: repository name (library/FOO) must be lowercase',
    );
    expect(() => parseReference('x/Foo:v1')).toThrow(
      'invalid reference format: repository name (x/Foo) must be lowercase',
    );
    expect(() => parseReference('f'.repeat(300))).toThrow('repository name must not be more than 255 characters');
    expect(() => parseReference('ab'.repeat(32))).toThrow('cannot specify 64-byte hexadecimal strings');
  });
});
