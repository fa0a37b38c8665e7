import { describe, expect, it } from 'vitest';
import { member, testPackage, textAt } from '../testing/package.ts';
import { addAlternative } from './alternatives.ts';
import { formatControl, parseControl, sourceOf } from './control.ts';
import { installPackages } from './install.ts';
import { isExcluded, type PathRule } from './path-filter.ts';
import { RootBuilder } from './root-builder.ts';
import { newestMtime, upstreamVersion } from './unpack.ts';

describe('control files', () => {
  const text = 'Package: a\nVersion: 1-2\nConffiles:\n /etc/a 0123\nDescription: short\n long\n .\n longer\n';

  it('are read and written the same', () => {
    const fields = parseControl(text);
    expect([...fields.keys()]).toEqual(['Package', 'Version', 'Conffiles', 'Description']);
    expect(fields.get('Description')).toBe('short\n long\n .\n longer');
    expect(formatControl(fields)).toBe(text);
    expect(() => parseControl('what is this')).toThrow('no line of a control file: what is this');
  });

  it.each([
    ['', 'a 1-2'],
    ['Source: b\n', 'b 1-2'],
    ['Source: b (3)\n', 'b 3'],
  ])('name the source package with %j', (source, expected) => {
    expect(sourceOf(parseControl(source + text))).toBe(expected);
  });
});

it.each([
  ['1:1.35.0-4+deb12u1', '1.35.0'],
  ['1.22.1-9+deb12u9', '1.22.1'],
  ['0.9.27+git20200814.62c30a4a-1', '0.9.27'],
  ['12.4+deb12u15', '12.4+deb12u15'],
])('%s is upstream’s %s', (version, upstream) => {
  expect(upstreamVersion({ ...testPackage('a', []), version })).toBe(upstream);
});

it('decides about a path by the last rule that matches it, as dpkg does', () => {
  const rules: readonly PathRule[] = [
    ['path-exclude', '/usr/share/doc/*'],
    ['path-include', '/usr/share/doc/*/copyright'],
    ['path-exclude', '/usr/lib/[xy]?.so'],
  ];
  expect(isExcluded('/usr/share/doc/a/b/README', rules)).toBe(true);
  expect(isExcluded('/usr/share/doc/a/copyright', rules)).toBe(false);
  expect(isExcluded('/usr/share/docs', rules)).toBe(false);
  expect(isExcluded('/usr/lib/x1.so', rules)).toBe(true);
  expect(isExcluded('/usr/lib/z1.so', rules)).toBe(false);
  expect(isExcluded('/usr/lib/x1_so', rules)).toBe(false);
});

it('records a choice of update-alternatives', () => {
  const root = new RootBuilder(5);
  addAlternative(root, {
    name: 'awk',
    link: '/usr/bin/awk',
    target: '/usr/bin/mawk',
    priority: 5,
    slaves: { nawk: '/usr/bin/nawk' },
  });
  expect(textAt(root, 'var/lib/dpkg/alternatives/awk')).toBe(
    'auto\n/usr/bin/awk\nnawk\n/usr/bin/nawk\n\n/usr/bin/mawk\n5\n/usr/bin/mawk\n\n',
  );
  expect(root.at('usr/bin/nawk')).toMatchObject({ kind: 'symlink', target: '/etc/alternatives/nawk' });
  expect(root.at('etc/alternatives/awk')).toMatchObject({ kind: 'symlink', target: '/usr/bin/mawk' });
});

describe('installing', () => {
  const library = testPackage(
    'libx',
    [
      member('./'),
      member('./lib/'),
      member('./lib/libx.so', 'code', { mtime: 2000 }),
      member('./etc/'),
      member('./etc/x.conf', 'x=1\n'),
      member('./usr/share/doc/libx/README', 'read me'),
    ],
    {
      fields: 'Multi-Arch: same\n',
      members: [
        member('conffiles', '/etc/x.conf\n'),
        member('postinst', '#!/bin/sh\n', { mode: 0o755 }),
        member('triggers', 'interest-noawait /usr/share/x\ninterest-await ldx\n'),
      ],
    },
  );
  const tool = testPackage('tool', [
    member('./'),
    member('./bin/'),
    member('./bin/tool', 'program', { mode: 0o4755, gid: 42 }),
    member('./bin/again', '', { type: 'hard-link', linkName: './bin/tool' }),
    member('./usr/bin/other', '', { type: 'symlink', linkName: 'tool' }),
    member('./var/mail/', '', { mode: 0o2775, gid: 8 }),
  ]);
  const rules = [['path-exclude', '/usr/share/doc/*']] as const;

  it('puts files where a merged /usr has them, with their access', () => {
    const root = new RootBuilder(5);
    installPackages(root, { packages: [library, tool], rules, rulesFile: 'test' });
    expect(textAt(root, 'usr/lib/libx.so')).toBe('code');
    expect(root.at('usr/bin/tool')).toMatchObject({ mode: 0o4755, gid: 42, mtime: 1000 });
    expect(root.at('usr/bin/again')).toBe(root.at('usr/bin/tool'));
    expect(root.at('usr/bin/other')).toMatchObject({ kind: 'symlink', target: 'tool' });
    expect(root.at('var/mail')).toMatchObject({ kind: 'directory', mode: 0o2775, gid: 8 });
    expect(root.has('usr/share/doc')).toBe(false);
    expect(textAt(root, 'etc/dpkg/dpkg.cfg.d/test')).toMatch(/^path-exclude \/usr\/share\/doc\/\*$/m);
    expect(root.has('bin')).toBe(false);
  });

  it('tells dpkg what is installed', () => {
    const root = new RootBuilder(5);
    installPackages(root, { packages: [tool, library], rules, rulesFile: 'test' });
    const status = textAt(root, 'var/lib/dpkg/status');
    expect(status).toBe(
      `Package: libx
Status: install ok installed
Version: 1:2.0-3
Architecture: i386
Multi-Arch: same
Conffiles:
 /etc/x.conf f968f33f844c98de1d3b4fe70f2e1a0f
Description: a test
 of things

Package: tool
Status: install ok installed
Version: 1:2.0-3
Architecture: i386
Description: a test
 of things

`,
    );
    expect(textAt(root, 'var/lib/dpkg/info/libx:i386.list')).toBe(
      '/.\n/lib\n/lib/libx.so\n/etc\n/etc/x.conf\n/usr/share/doc/libx/README\n',
    );
    expect(root.at('var/lib/dpkg/info/libx:i386.postinst')).toMatchObject({ mode: 0o755 });
    expect(textAt(root, 'var/lib/dpkg/triggers/File')).toBe('/usr/share/x libx/noawait\n');
    expect(textAt(root, 'var/lib/dpkg/triggers/ldx')).toBe('libx\n');
    expect(textAt(root, 'var/lib/dpkg/available')).toBe('');
  });

  it('keeps the list of the image below, and only the list', () => {
    const root = new RootBuilder(5);
    installPackages(root, { packages: [tool], below: [library], rules, rulesFile: 'test' });
    expect(textAt(root, 'var/lib/dpkg/status')).toMatch(/^Package: libx\n.*^Package: tool\n/ms);
    expect(root.has('var/lib/dpkg/info/libx:i386.list')).toBe(false);
    expect(root.has('var/lib/dpkg/info/tool.list')).toBe(true);
    expect(root.has('var/lib/dpkg/triggers')).toBe(false);
    expect(root.has('var/lib/dpkg/available')).toBe(false);
  });

  it('refuses what it would get wrong', () => {
    const install = (entry: ReturnType<typeof member>) => () =>
      installPackages(new RootBuilder(5), { packages: [testPackage('a', [entry])], rules, rulesFile: 'test' });
    expect(install(member('./dev/x', '', { type: 'fifo' }))).toThrow('dev/x is a fifo');
    expect(install(member('./a', '', { type: 'hard-link', linkName: './b' }))).toThrow('a link to ./b');
  });

  it('is dated by the newest file', () => {
    expect(newestMtime([tool, library])).toBe(2000);
  });
});
