import { expect, it } from 'vitest';
import { appletNames, appletPaths } from './applets.ts';

const NAMES = ['[', '[[', ...Array.from({ length: 60 }, (_, i) => `app${i}`), 'ls', 'ip', 'dpkg', 'busybox', 'chroot'];
const encoder = new TextEncoder();

it('reads the applets out of the binary', () => {
  expect(appletNames(encoder.encode(`\x7fELF...\0${NAMES.join('\0')}\0\0rest`))).toEqual(NAMES);
  expect(() => appletNames(encoder.encode('no table here'))).toThrow('no table of applet names');
});

it('puts applets where BusyBox would, without package managers', () => {
  const paths = appletPaths(NAMES, { flat: false });
  for (const path of ['usr/bin/[', 'bin/ls', 'sbin/ip', 'usr/sbin/chroot']) expect(paths).toContain(path);
  expect(paths.join(' ')).not.toMatch(/dpkg|busybox/);
  expect(appletPaths(['ip'], { flat: true })).toEqual(['bin/ip']);
});
