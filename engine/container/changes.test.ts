import { describe, expect, it } from 'vitest';
import { directory, file } from '../files/node.ts';
import type { UpperEntry } from '../machine/machine.ts';
import { filesystemChanges } from './changes.ts';

const lower = directory({
  bin: directory({ pwd: file('x'), sh: file('y') }),
  data: directory({ a: file('a'), sub: directory({ b: file('b') }) }),
  etc: directory({ plain: file('plain', { mtime: 10.25 }) }),
  root: directory({}, { mode: 0o700 }),
  tmp: directory({}, { mode: 0o1777 }),
});

const entry = (path: string, kind: UpperEntry['kind'], more: Partial<UpperEntry> = {}): UpperEntry => ({
  path,
  kind,
  mode: kind === 'directory' ? 0o755 : 0o644,
  size: 0,
  mtime: 100,
  opaque: false,
  ...more,
});

const show = (entries: readonly UpperEntry[]): string[] =>
  filesystemChanges(entries, lower).map(({ Path, Kind }) => `${'CAD'[Kind]} ${Path}`);

describe('filesystemChanges', () => {
  it('names directories only for what changed in them', () => {
    expect(
      show([entry('/root', 'directory', { mode: 0o700 }), entry('/root/.ash_history', 'file', { size: 3 })]),
    ).toEqual(['C /root', 'A /root/.ash_history']);
    expect(show([entry('/root', 'directory', { mode: 0o700 })])).toEqual([]);
    expect(show([entry('/tmp', 'directory', { mode: 0o700 })])).toEqual(['C /tmp']);
  });

  it('tells deletions, and what a directory made anew has hidden', () => {
    expect(show([entry('/bin', 'directory'), entry('/bin/pwd', 'whiteout')])).toEqual(['C /bin', 'D /bin/pwd']);
    expect(show([entry('/data', 'directory', { opaque: true }), entry('/data/a', 'file', { size: 2 })])).toEqual([
      'C /data',
      'C /data/a',
      'D /data/sub',
    ]);
  });

  it('tells new trees whole, in order', () => {
    expect(
      show([
        entry('/data2', 'directory'),
        entry('/data2/z', 'file'),
        entry('/data2/b', 'directory'),
        entry('/data2/b/c', 'symlink'),
      ]),
    ).toEqual(['A /data2', 'A /data2/b', 'A /data2/b/c', 'A /data2/z']);
  });

  it('passes over files that were copied up and left alone', () => {
    const etc = entry('/etc', 'directory');
    expect(show([etc, entry('/etc/plain', 'file', { size: 5, mtime: 10.25 })])).toEqual([]);
    expect(show([etc, entry('/etc/plain', 'file', { size: 5, mtime: 10.5 })])).toEqual(['C /etc', 'C /etc/plain']);
    expect(show([etc, entry('/etc/plain', 'file', { size: 5, mtime: 10 })])).toEqual([]);
  });
});
