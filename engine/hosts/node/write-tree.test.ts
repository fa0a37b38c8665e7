import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { device, directory, file, symlink } from '../../files/node.ts';
import { temporaryFolder } from './testing/cli.ts';
import { writeTree } from './write-tree.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

it('writes files, folders, links and modes, and keeps what is there', async () => {
  const out = join(folder.path, 'a/out');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'mine'), 'mine');
  const shared = file('s', { mode: 0o750, mtime: 1_000_000_000 });
  await writeTree(
    out,
    directory({
      d: directory({ shared, again: shared }, { mode: 0o700 }),
      l: symlink('d/shared'),
      null: device('character-device', 1, 3),
    }),
  );
  const stat = lstatSync(join(out, 'd/shared'));
  expect([stat.mode & 0o7777, stat.mtimeMs, stat.nlink]).toEqual([0o750, 1e12, 2]);
  expect(lstatSync(join(out, 'd')).mode & 0o7777).toBe(0o700);
  expect(readlinkSync(join(out, 'l'))).toBe('d/shared');
  expect(readFileSync(join(out, 'mine'), 'utf8')).toBe('mine');
  expect(() => lstatSync(join(out, 'null'))).toThrow('ENOENT');
});

it('writes through no link that leads out', async () => {
  const [out, outside] = [join(folder.path, 'out'), join(folder.path, 'outside')];
  mkdirSync(out);
  mkdirSync(outside);
  writeFileSync(join(outside, 'f'), 'theirs');
  symlinkSync(outside, join(out, 'd'));
  symlinkSync(join(outside, 'f'), join(out, 'f'));
  await writeTree(out, directory({ d: directory({ f: file('ours') }), f: file('ours') }));
  expect(readFileSync(join(outside, 'f'), 'utf8')).toBe('theirs');
  expect(readFileSync(join(out, 'd/f'), 'utf8') + readFileSync(join(out, 'f'), 'utf8')).toBe('oursours');
  await expect(writeTree(out, directory({ '../x': file('') }))).rejects.toThrow('not a file name');
});
