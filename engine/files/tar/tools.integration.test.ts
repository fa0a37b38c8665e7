import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textBytes } from '../text.ts';
import { NO_DATA, type TarEntry } from './entry.ts';
import { readTar } from './read.ts';
import { tarToTree, treeToTar } from './tree.ts';
import { tarHeader, writeTar } from './write.ts';

const FAR = `${'directory-of-a-long-name/'.repeat(6)}${'and-a-file-of-one-'.repeat(9)}`;

/** Everything that an archive can hold, as a shell makes it. */
const MAKE = String.raw`
set -e
mkdir -p plain "$(dirname "${FAR}")" sticky empty-directory
printf hello > plain/file; : > plain/empty; printf far > "${FAR}"
ln plain/file plain/hard; mkdir other; ln plain/file other/hard-too; ln -s ../plain/file plain/soft
ln -s "$(printf 'to/%0150d' 1)" plain/long-link
cp plain/file setuid; chmod 6755 setuid; chmod 1777 sticky
mkfifo pipe; mknod null c 1 3; mknod disk b 8 17
printf x > "grüße-世界"; printf x > "$(printf 'latin\351\377name')"; ln -s "$(printf 'raw\377')" to-raw
printf owned > owned; chown 3000000:4000000000 owned
truncate -s 300000 holes; printf start | dd of=holes conv=notrunc status=none
printf middle | dd of=holes bs=1 seek=150000 conv=notrunc status=none; truncate -s 1048576 all-hole
for i in $(seq 0 40); do printf "$i" | dd of=many-holes bs=1 seek=$((i * 20000)) conv=notrunc status=none; done
find . -mindepth 1 -exec touch -h -d @1700000000 {} +
touch -d @1700000000.125 plain/file
touch -d @-100 plain/empty
`;

/** `find -printf %y`. */
const LETTERS: Readonly<Record<TarEntry['type'], string>> = {
  file: 'f',
  'hard-link': 'f',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  'character-device': 'c',
  'block-device': 'b',
};
/** `cap_net_raw+ep`, as the kernel writes it (struct vfs_cap_data, revision 2). */
const CAPABILITY = new Uint8Array([1, 0, 0, 2, 0, 0x20, ...new Array(14).fill(0)]);

describe('archives of GNU tar and bsdtar', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const run = (tool: string, args: readonly string[], cwd = folder): Buffer =>
    execFileSync(tool, args, { cwd, maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  const gnu = (source: string, ...args: string[]): TarEntry[] =>
    readTar(new Uint8Array(run('tar', ['--sort=name', ...args, '-C', source, '-cf', '-', '.'])));
  /** Contents by their digest, as arrays of a megabyte are slow to compare. */
  const digested = (entries: readonly TarEntry[]) =>
    entries.map(({ data, ...rest }) => ({ ...rest, data: createHash('sha256').update(data).digest('hex') }));
  /** A folder's members with all that PAX can tell of them. */
  const described = (source: string): TarEntry[] =>
    gnu(source, '--format=pax', '--xattrs', '--xattrs-include=*', '--numeric-owner');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'drydock-tar-'));
    mkdirSync(at('tree'));
    run('sh', ['-c', MAKE], at('tree'));
    const xattrs = new Map([['security.capability', CAPABILITY]]);
    const capable: TarEntry = {
      name: 'capable',
      type: 'file',
      mode: 0o755,
      uid: 0,
      gid: 0,
      mtime: 0,
      data: NO_DATA,
      xattrs,
    };
    writeFileSync(at('capable.tar'), writeTar([capable]));
    run('tar', ['--xattrs', '--xattrs-include=*', '-xpf', '../capable.tar'], at('tree'));
    run('touch', ['-d', '@1700000000', 'tree']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are read as the file system has it', () => {
    const listed = run('find', ['.', '-printf', '%p|%y|%m|%U|%G|%T@|%s|%l\\0'], at('tree'))
      .toString('latin1')
      .split('\0')
      .filter(Boolean);
    const entries = described(at('tree'));
    const sizes = new Map(entries.map(({ name, data }) => [name, data.length]));
    const raw = (text: string): string => Buffer.from(textBytes(text)).toString('latin1');
    const ours = entries.map(({ name, type, mode, uid, gid, mtime, data, linkName = '' }) => {
      const target = type === 'symlink' ? raw(linkName) : '';
      const size =
        type === 'directory' ? 'any' : type === 'hard-link' ? sizes.get(linkName) : target.length || data.length;
      const path = raw(name === './' ? '.' : name.replace(/\/$/, ''));
      return [path, LETTERS[type], mode.toString(8), uid, gid, mtime.toFixed(10), size, target].join('|');
    });
    // What a directory's size means is the file system's affair.
    const theirs = listed.map((line) => line.replace(/^(.*\|d\|.*\|)\d+(\|)$/, '$1any$2'));
    expect(ours.sort()).toEqual(theirs.sort());
    const capability = entries.find(({ name }) => name === './capable')?.xattrs?.get('security.capability');
    expect(capability).toEqual(CAPABILITY);
  });

  it.each([
    ['old sparse files', ['--format=gnu', '--sparse']],
    ['sparse files 0.0', ['--format=pax', '--sparse', '--sparse-version=0.0']],
    ['sparse files 0.1', ['--format=pax', '--sparse', '--sparse-version=0.1']],
    ['sparse files 1.0', ['--format=pax', '--sparse', '--sparse-version=1.0']],
    ['the GNU format', ['--format=gnu']],
    ['the oldest GNU format', ['--format=oldgnu']],
  ] as const)('give the same files in %s', (_, args) => {
    const seconds = (entries: readonly TarEntry[]) =>
      digested(entries).map(({ name, mtime, xattrs: _, userName: __, groupName: ___, ...rest }) => ({
        ...rest,
        name: name.replace(/\/$/, ''),
        mtime: Math.floor(mtime),
      }));
    expect(seconds(gnu(at('tree'), ...args, '--numeric-owner'))).toEqual(seconds(described(at('tree'))));
  });

  it('give the same files from bsdtar', () => {
    const bsd = readTar(
      new Uint8Array(run('bsdtar', ['--format=pax', '--numeric-owner', '-cf', '-', '-C', 'tree', '.'])),
    );
    const plain = (entries: readonly TarEntry[]) =>
      treeToTar(tarToTree(writeTar(entries.map(({ userName: _, groupName: __, ...rest }) => rest))), { root: true });
    expect(Buffer.compare(plain(bsd), plain(described(at('tree'))))).toBe(0);
  });

  it.each([
    ['GNU tar', 'tar', ['--xattrs', '--xattrs-include=*', '--numeric-owner', '-xpf']],
    ['bsdtar', 'bsdtar', ['--numeric-owner', '-xpf']],
  ] as const)('unpack alike with %s when they are ours', (_, tool, args) => {
    const target = at(`by-${tool}`);
    mkdirSync(target);
    const tree = tarToTree(writeTar(described(at('tree'))));
    const tar = treeToTar(tree, { root: true });
    writeFileSync(at('ours.tar'), tar);
    run(tool, [...args, at('ours.tar')], target);
    // bsdtar leaves the folder that it unpacks into as it is.
    const below = (source: string) => digested(described(source)).filter(({ name }) => name !== './');
    expect(below(target)).toEqual(below(at('tree')));
  });

  it('name files over 8 GB so that the others know how long they are', () => {
    const size = 9 * 2 ** 30;
    const header = tarHeader({
      name: 'huge',
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 0,
      data: { length: size } as Uint8Array,
    });
    writeFileSync(at('huge.tar'), header);
    const listing = (tool: string): string => run('sh', ['-c', `${tool} -tvf huge.tar 2>/dev/null || :`]).toString();
    expect(listing('tar --numeric-owner')).toContain(` ${size} `);
    expect(listing('bsdtar --numeric-owner')).toContain(` ${size} `);
    expect(() => readTar(new Uint8Array(readFileSync(at('huge.tar'))))).toThrow(`"huge" has 0 of ${size} bytes`);
  });
});
