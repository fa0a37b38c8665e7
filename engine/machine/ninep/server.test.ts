import { beforeEach, describe, expect, it } from 'vitest';
import { errno } from '../../files/errno.ts';
import type { Change } from '../../files/memory-file-system.ts';
import { MemoryFileSystem } from '../../files/memory-file-system.ts';
import { workspaceServer } from './guest-files.ts';
import { messageType, setAttribute } from './protocol.ts';
import type { NinePServer } from './server.ts';
import { ErrorReply, rootFid, TestClient, text, u8, u16, u32, u64 } from './testing/client.ts';

const errnoOf = (action: () => unknown): number => {
  try {
    action();
  } catch (error) {
    if (error instanceof ErrorReply) return error.errno;
    throw error;
  }
  return 0;
};

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
const string = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

let files: MemoryFileSystem;
let server: NinePServer;
let client: TestClient;
let now: number;
const bugs: unknown[] = [];

beforeEach(() => {
  now = 1_700_000_000_123;
  bugs.length = 0;
  files = new MemoryFileSystem({ now: () => now, byteLimit: 8 << 20 });
  server = workspaceServer(files, { onError: (error) => bugs.push(error) });
  client = TestClient.attached((request) => server.handle(request));
  return () => expect(bugs).toEqual([]);
});

describe('session', () => {
  it('negotiates the message size up to 1 MB and the version', () => {
    expect(client.version(65536)).toEqual({ messageSize: 65536, version: '9P2000.L' });
    expect(client.version(64 << 20)).toEqual({ messageSize: 1 << 20, version: '9P2000.L' });
    expect(client.version(8192, '9P2000.u')).toMatchObject({ version: 'unknown' });
  });

  it('forgets all fids at Tversion', () => {
    client.walk('/');
    client.version(8192);
    expect(server.fids).toBe(0);
    expect(errnoOf(() => client.getattr(rootFid))).toBe(errno.EBADF);
  });

  it('refuses authentication and answers flush', () => {
    expect(errnoOf(() => client.call(messageType.Tauth, u32(9), text('root'), text(''), u32(0)))).toBe(
      errno.EOPNOTSUPP,
    );
    client.call(messageType.Tflush, u16(1));
  });

  it('attaches below the root by name', () => {
    files.write('/src/main.c', utf8('int main;'));
    client.attach(77, { path: '/src' });
    expect(client.walkTo(77, 78, ['main.c'])).toHaveLength(1);
  });

  it('walks part of the way without making a fid, and fails only if nothing was walked', () => {
    files.write('/a/b/c', utf8('x'));
    expect(client.walkTo(rootFid, 50, ['a', 'b', 'no', 'd'])).toHaveLength(2);
    expect(errnoOf(() => client.getattr(50))).toBe(errno.EBADF);
    expect(errnoOf(() => client.walkTo(rootFid, 50, ['no', 'b']))).toBe(errno.ENOENT);
    expect(errnoOf(() => client.walkTo(client.walk('/a/b/c'), 50, ['d']))).toBe(errno.ENOTDIR);
    expect(client.walkTo(client.walk('/a/b'), 51, ['..', '..', '..', 'a', '.', 'b', 'c'])).toHaveLength(7);
  });

  it('clones a fid, replaces it in place, and refuses a number in use', () => {
    files.mkdir('/a');
    expect(client.walkTo(rootFid, 60, [])).toEqual([]);
    client.walkTo(60, 60, ['a']);
    expect(client.getattr(60).qid).toEqual(client.stat('/a').qid);
    expect(errnoOf(() => client.walkTo(rootFid, 60, []))).toBe(errno.EBADF);
    client.clunk(60);
    expect(errnoOf(() => client.clunk(60))).toBe(errno.EBADF);
  });
});

describe('attributes', () => {
  it('tells everything about each kind of node', () => {
    files.write('/f', new Uint8Array(5000), 0o4755);
    client.mkdir('/', 'd', 0o1777);
    client.mkdir('/d', 'e');
    client.symlink('/', 's', 'täget');
    client.mknod('/', 'c', 0o020600, 259, 70_000);
    client.mknod('/', 'b', 0o060660, 8, 1);
    client.mknod('/', 'p', 0o010644);
    client.mknod('/', 'u', 0o140755);
    expect(client.stat('/f')).toMatchObject({
      mode: 0o104755,
      size: 5000n,
      blocks: 16n,
      nlink: 1n,
      mtime: [1_700_000_000n, 123_000_000n],
    });
    expect(client.stat('/d')).toMatchObject({ mode: 0o041777, nlink: 3n, qid: { type: 0x80 } });
    expect(client.stat('/s')).toMatchObject({ mode: 0o120777, size: 6n, qid: { type: 2 } });
    // new_encode_dev: minor's low byte, 12 bits of major, the rest of minor.
    expect(client.stat('/c')).toMatchObject({
      mode: 0o020600,
      rdev: BigInt((70_000 & 0xff) | (259 << 8) | ((70_000 & ~0xff) << 12)),
    });
    expect(client.stat('/b')).toMatchObject({ mode: 0o060660, rdev: 0x801n });
    expect(client.stat('/p').mode).toBe(0o010644);
    expect(client.stat('/u').mode).toBe(0o140755);
    expect(client.readlink('/s')).toBe('täget');
    expect(errnoOf(() => client.readlink('/f'))).toBe(errno.EINVAL);
  });

  it('sets what is marked valid and nothing else', () => {
    files.write('/f', utf8('hello'));
    const fid = client.walk('/f');
    now += 5000;
    client.setattr(fid, setAttribute.mode | setAttribute.uid, { mode: 0o600, uid: 1000, gid: 7, size: 1n });
    expect(client.getattr(fid)).toMatchObject({
      mode: 0o100600,
      uid: 1000,
      gid: 0,
      size: 5n,
      mtime: [1_700_000_000n, 123_000_000n],
      ctime: [1_700_000_005n, 123_000_000n],
    });
    const { atime, atimeSet, mtime, mtimeSet } = setAttribute;
    client.setattr(fid, atime | atimeSet | mtime | mtimeSet, {
      atime: [1n, 999_999_999n],
      mtime: [1_234_567_890n, 123_456_789n],
    });
    expect(client.getattr(fid)).toMatchObject({ atime: [1n, 999_999_999n], mtime: [1_234_567_890n, 123_456_789n] });
    client.setattr(fid, mtime);
    expect(client.getattr(fid).mtime).toEqual([1_700_000_005n, 123_000_000n]);
  });

  it('truncates and extends with zeros', () => {
    files.write('/f', utf8('hello'));
    const fid = client.open('/f', 2);
    client.setattr(fid, setAttribute.size, { size: 2n });
    client.setattr(fid, setAttribute.size, { size: 4n });
    expect([...client.read(fid, 0, 100)]).toEqual([104, 101, 0, 0]);
    expect(errnoOf(() => client.setattr(rootFid, setAttribute.size, { size: 0n }))).toBe(errno.EISDIR);
    expect(errnoOf(() => client.setattr(fid, setAttribute.size, { size: 1n << 40n }))).toBe(errno.EFBIG);
  });

  it('changes the version of a qid when the workspace file changes, and keeps its path', () => {
    files.write('/f', utf8('hello'));
    const before = client.stat('/f').qid;
    files.write('/f', utf8('other'));
    const after = client.stat('/f').qid;
    expect(after.path).toBe(before.path);
    expect(after.version).not.toBe(before.version);
    client.write(client.open('/f', 1), 0, 'x');
    expect(client.stat('/f').qid.version).not.toBe(after.version);
  });

  it('tells the room left', () => {
    client.writeFile('/', 'f', 'x'.repeat(8192));
    const reply = client.call(messageType.Tstatfs, u32(rootFid));
    expect([reply.u32(), reply.u32(), reply.u64(), reply.u64()]).toEqual([0x01021997, 4096, 2048n, 2046n]);
  });
});

describe('reading and writing', () => {
  it('shows either side what the other wrote, at once', () => {
    client.writeFile('/', 'f', 'from the guest');
    expect(string(files.read('/f'))).toBe('from the guest');
    const fid = client.open('/f');
    files.write('/f', utf8('longer, from the host'));
    expect(client.getattr(fid).size).toBe(21n);
    expect(string(client.read(fid, 8, 100))).toBe('from the host');
    const second = workspaceServer(files);
    expect(TestClient.attached((request) => second.handle(request)).readFile('/f')).toBe('longer, from the host');
  });

  it('gives nothing beyond the end and no more than a message holds', () => {
    files.write('/f', new Uint8Array(3 << 20).fill(7));
    const fid = client.open('/f');
    expect(client.read(fid, 3 << 20, 10)).toHaveLength(0);
    expect(client.read(fid, 2n ** 63n, 10)).toHaveLength(0);
    expect(client.read(fid, (3 << 20) - 3, 10)).toHaveLength(3);
    expect(client.read(fid, 0, 0xffffffff)).toHaveLength((1 << 20) - 11);
  });

  it('writes beyond the end, leaving zeros', () => {
    const fid = client.create('/', 'f');
    expect(client.write(fid, 4, 'abc')).toBe(3);
    expect([...files.read('/f')]).toEqual([0, 0, 0, 0, 97, 98, 99]);
    expect(errnoOf(() => client.write(fid, 2n ** 40n, 'x'))).toBe(errno.ENOSPC);
  });

  it('does not let a snapshot see later writes', () => {
    const fid = client.create('/', 'f');
    client.write(fid, 0, 'first');
    const snapshot = files.read('/f');
    client.write(fid, 0, 'other');
    client.write(fid, 5, ' and more');
    expect(string(snapshot)).toBe('first');
    expect(string(files.read('/f'))).toBe('other and more');
  });

  it('honours access modes, truncation and append', () => {
    files.write('/f', utf8('hello'));
    expect(errnoOf(() => client.write(client.open('/f', 0), 0, 'x'))).toBe(errno.EBADF);
    expect(errnoOf(() => client.read(client.open('/f', 1), 0, 1))).toBe(errno.EBADF);
    expect(errnoOf(() => client.read(client.walk('/f'), 0, 1))).toBe(errno.EBADF);
    const appending = client.open('/f', 0o2001);
    files.write('/f', utf8('hello, world'));
    client.write(appending, 5, '!');
    expect(string(files.read('/f'))).toBe('hello, world!');
    client.open('/f', 0o1001);
    expect(files.stat('/f').size).toBe(0);
    expect(errnoOf(() => client.open('/', 1))).toBe(errno.EISDIR);
    expect(errnoOf(() => client.read(client.open('/'), 0, 1))).toBe(errno.EISDIR);
    expect(errnoOf(() => client.call(messageType.Tlopen, u32(appending), u32(0)))).toBe(errno.EINVAL);
  });

  it('makes files for the user who attached, with the given group and mode', () => {
    client.attach(90, { uid: 1000 });
    client.call(messageType.Tlcreate, u32(90), text('mine'), u32(2), u32(0o102750), u32(50));
    expect(files.stat('/mine')).toMatchObject({ mode: 0o2750, uid: 1000, gid: 50 });
  });

  it('creates exclusively or opens what is there', () => {
    files.write('/f', utf8('there'));
    expect(errnoOf(() => client.create('/', 'f', { flags: 0o302 }))).toBe(errno.EEXIST);
    expect(string(client.read(client.create('/', 'f', { flags: 0o102 }), 0, 9))).toBe('there');
    expect(errnoOf(() => client.create('/', '..', { flags: 0o302 }))).toBe(errno.EEXIST);
    expect(errnoOf(() => client.create('/', 'a/b'))).toBe(errno.EINVAL);
    expect(errnoOf(() => client.create('/', ''))).toBe(errno.EINVAL);
    expect(errnoOf(() => client.create('/', 'x'.repeat(256)))).toBe(errno.ENAMETOOLONG);
    expect(errnoOf(() => client.create('/f', 'x'))).toBe(errno.ENOTDIR);
  });

  it('runs out of space without half-written data, and has it back after removal', () => {
    const fid = client.create('/', 'big');
    client.write(fid, 0, new Uint8Array(1 << 20));
    for (let index = 1; index < 8; index += 1) client.write(fid, index << 20, new Uint8Array(1 << 19));
    expect(errnoOf(() => client.write(fid, 8 << 20, 'x'))).toBe(errno.ENOSPC);
    expect(files.stat('/big').size).toBe((7 << 20) + (1 << 19));
    client.unlink('/', 'big');
    expect(errnoOf(() => client.writeFile('/', 'next', 'x'.repeat(1 << 20)))).toBe(errno.ENOSPC);
    client.clunk(fid);
    expect(client.write(client.open('/next', 1), 0, new Uint8Array(1 << 19))).toBe(1 << 19);
  });

  it('answers fsync', () => {
    client.call(messageType.Tfsync, u32(client.create('/', 'f')), u32(0));
  });
});

describe('names', () => {
  it('keeps names and targets that are not UTF-8, byte for byte', () => {
    const name = Uint8Array.from([0x66, 0xff, 0xc3, 0xa4, 0xc3, 0x28, 0xf0, 0x9f, 0x90, 0xb3, 0xed, 0xb2, 0x80]);
    client.clunk(client.create('/', name));
    expect(client.walkTo(rootFid, 99, [name])).toHaveLength(1);
    const fid = client.open('/');
    const reply = client.call(messageType.Treaddir, u32(fid), u64(2), u32(4096));
    reply.u32();
    reply.raw(13 + 8 + 1);
    expect([...reply.raw(reply.u16())]).toEqual([...name]);
  });

  it('reads file names with an unusual beginning as they are', () => {
    client.writeFile('/', '\ufeffbom', 'x');
    expect(files.list('/').map(({ name }) => name)).toEqual(['\ufeffbom']);
    expect(client.names('/')[0]).toHaveLength(3);
  });

  it('renames over a file, keeping the old one for who has it open', () => {
    client.writeFile('/', 'old', 'old');
    client.writeFile('/', 'new', 'new');
    const open = client.open('/old');
    client.rename('/', 'new', '/', 'old');
    expect(client.names('/')).toEqual(['old']);
    expect(string(client.read(open, 0, 10))).toBe('old');
    expect(client.getattr(open).nlink).toBe(0n);
    expect(client.readFile('/old')).toBe('new');
  });

  it('renames directories with their fids, and refuses what rename(2) refuses', () => {
    client.mkdir('/', 'a');
    client.mkdir('/a', 'b');
    client.mkdir('/', 'full');
    client.writeFile('/full', 'f', 'x');
    client.writeFile('/', 'file', 'x');
    const inside = client.walk('/a/b');
    expect(errnoOf(() => client.rename('/', 'a', '/a/b', 'c'))).toBe(errno.EINVAL);
    expect(errnoOf(() => client.rename('/', 'a', '/', 'full'))).toBe(errno.ENOTEMPTY);
    expect(errnoOf(() => client.rename('/', 'a', '/', 'file'))).toBe(errno.ENOTDIR);
    expect(errnoOf(() => client.rename('/', 'file', '/', 'a'))).toBe(errno.EISDIR);
    expect(errnoOf(() => client.rename('/', 'no', '/', 'x'))).toBe(errno.ENOENT);
    client.rename('/', 'a', '/full', 'moved');
    expect(client.stat('/').nlink).toBe(3n);
    expect(client.stat('/full').nlink).toBe(3n);
    client.call(messageType.Tmkdir, u32(inside), text('deep'), u32(0o755), u32(0));
    expect(files.exists('/full/moved/b/deep')).toBe(true);
    expect(client.walkTo(inside, 70, ['..', '..', 'f'])).toHaveLength(3);
  });

  it('renames and removes by fid alone', () => {
    client.writeFile('/', 'f', 'x');
    client.mkdir('/', 'd');
    const fid = client.walk('/f');
    client.call(messageType.Trename, u32(fid), u32(client.walk('/d')), text('g'));
    expect(files.exists('/d/g')).toBe(true);
    client.call(messageType.Tremove, u32(fid));
    expect(files.list('/d')).toEqual([]);
    expect(errnoOf(() => client.getattr(fid))).toBe(errno.EBADF);
    const directory = client.walk('/d');
    client.call(messageType.Tremove, u32(directory));
    expect(files.list('/')).toEqual([]);
    expect(errnoOf(() => client.call(messageType.Tremove, u32(client.walk('/'))))).toBe(errno.EBUSY);
  });

  it('links files, not directories, and counts names', () => {
    client.writeFile('/', 'a', 'x');
    client.mkdir('/', 'd');
    client.link('/a', '/d', 'b');
    expect(client.stat('/a').qid.path).toBe(client.stat('/d/b').qid.path);
    expect(client.stat('/a').nlink).toBe(2n);
    expect(errnoOf(() => client.link('/d', '/', 'e'))).toBe(errno.EPERM);
    expect(errnoOf(() => client.link('/a', '/d', 'b'))).toBe(errno.EEXIST);
    client.unlink('/', 'a');
    expect(client.stat('/d/b').nlink).toBe(1n);
    const fid = client.walk('/d/b');
    client.unlink('/d', 'b');
    expect(errnoOf(() => client.call(messageType.Tlink, u32(rootFid), u32(fid), text('again')))).toBe(errno.ENOENT);
    // Both names of one file: rename(2) does nothing.
    client.writeFile('/', 'one', 'x');
    client.link('/one', '/', 'two');
    client.rename('/', 'one', '/', 'two');
    expect(client.names('/')).toEqual(['d', 'one', 'two']);
  });

  it('unlinks open files and removes only empty directories', () => {
    client.mkdir('/', 'd');
    const open = client.create('/d', 'f');
    client.write(open, 0, 'still');
    expect(errnoOf(() => client.unlink('/', 'd', 0x200))).toBe(errno.ENOTEMPTY);
    expect(errnoOf(() => client.unlink('/', 'd'))).toBe(errno.EISDIR);
    expect(errnoOf(() => client.unlink('/d', 'f', 0x200))).toBe(errno.ENOTDIR);
    expect(errnoOf(() => client.mkdir('/', 'd'))).toBe(errno.EEXIST);
    client.unlink('/d', 'f');
    const gone = client.walk('/d');
    client.unlink('/', 'd', 0x200);
    client.write(open, 5, ' here');
    expect(string(client.read(open, 0, 20))).toBe('still here');
    expect(client.getattr(gone).nlink).toBe(0n);
    expect(errnoOf(() => client.call(messageType.Tmkdir, u32(gone), text('x'), u32(0), u32(0)))).toBe(errno.ENOENT);
    expect(files.list('/')).toEqual([]);
  });

  it('lists all that stays while entries come and go', () => {
    for (let index = 0; index < 300; index += 1) files.write(`/f${index}`, utf8(''));
    const fid = client.open('/');
    const seen: string[] = [];
    for (let offset = 0n; ; ) {
      const entries = client.entries(fid, offset, 512);
      const last = entries.at(-1);
      if (last === undefined) break;
      offset = last.offset;
      for (const { name } of entries) {
        if (name.startsWith('.')) continue;
        seen.push(name);
        // As rm -r does; with a new file now and then, which may or may not be listed.
        client.unlink('/', name);
        if (name.endsWith('7') && !name.startsWith('new')) files.write(`/new${name}`, utf8(''));
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((name) => !name.startsWith('new'))).toHaveLength(300);
    expect(files.list('/').filter(({ name }) => name.startsWith('f'))).toEqual([]);
  });

  it('tells kinds and inodes in listings, and goes back to any offset', () => {
    client.writeFile('/', 'f', '');
    client.mkdir('/', 'd');
    client.symlink('/', 's', 'f');
    const fid = client.open('/');
    const entries = client.entries(fid, 0n, 4096);
    expect(entries.map(({ name, type }) => [name, type])).toEqual([
      ['.', 4],
      ['..', 4],
      ['f', 8],
      ['d', 4],
      ['s', 10],
    ]);
    expect(entries[2]?.qid).toEqual(client.stat('/f').qid);
    for (const [index, { offset }] of entries.entries()) {
      expect(client.entries(fid, offset, 4096)).toEqual(entries.slice(index + 1));
    }
    expect(errnoOf(() => client.entries(fid, 0n, 10))).toBe(errno.EINVAL);
    expect(errnoOf(() => client.entries(client.open('/f'), 0n, 4096))).toBe(errno.ENOTDIR);
  });
});

describe('extended attributes', () => {
  it('sets, gets, lists and removes', () => {
    client.writeFile('/', 'f', '');
    expect(errnoOf(() => client.getxattr('/f', 'user.a'))).toBe(errno.ENODATA);
    client.setxattr('/f', 'user.a', 'one');
    client.setxattr('/f', 'user.b', '');
    client.setxattr('/f', 'user.a', 'two');
    expect(string(client.getxattr('/f', 'user.a'))).toBe('two');
    expect(client.getxattr('/f', 'user.b')).toHaveLength(0);
    expect(string(client.getxattr('/f', ''))).toBe('user.a\0user.b\0');
    client.setxattr('/f', 'user.a', '', 2);
    expect(string(client.getxattr('/f', ''))).toBe('user.b\0');
    const tree = files.toTree('/f');
    expect(tree.xattrs?.has('user.b')).toBe(true);
  });

  it('honours XATTR_CREATE and XATTR_REPLACE, and limits the size', () => {
    client.writeFile('/', 'f', '');
    client.setxattr('/f', 'user.a', 'one', 1);
    expect(errnoOf(() => client.setxattr('/f', 'user.a', 'two', 1))).toBe(errno.EEXIST);
    expect(errnoOf(() => client.setxattr('/f', 'user.no', 'two', 2))).toBe(errno.ENODATA);
    expect(errnoOf(() => client.setxattr('/f', 'user.no', '', 2))).toBe(errno.ENODATA);
    expect(errnoOf(() => client.setxattr('/f', 'user.b', 'x'.repeat(65_537)))).toBe(errno.ENOSPC);
    const fid = client.walk('/f');
    client.call(messageType.Txattrcreate, u32(fid), text('user.c'), u64(2), u32(0));
    expect(errnoOf(() => client.write(fid, 1, 'xy'))).toBe(errno.ENOSPC);
  });
});

describe('locks', () => {
  it('grants them to its one client', () => {
    const fid = client.create('/', 'f');
    const range = [u64(0), u64(0), u32(42), text('guest')] as const;
    expect(client.call(messageType.Tlock, u32(fid), u8(1), u32(1), ...range).u8()).toBe(0);
    const reply = client.call(messageType.Tgetlock, u32(fid), u8(1), u64(5), u64(6), u32(42), text('guest'));
    expect([reply.u8(), reply.u64(), reply.u64(), reply.u32(), reply.text()]).toEqual([2, 5n, 6n, 42, 'guest']);
  });
});

describe('changes', () => {
  it('tells listeners who did what', () => {
    const changes: Change[] = [];
    const unsubscribe = files.subscribe((change) => changes.push(change));
    client.mkdir('/', 'd');
    const fid = client.create('/d', 'f');
    client.write(fid, 0, 'x');
    files.write('/d/f', utf8('y'));
    client.link('/d/f', '/', 'g');
    client.write(fid, 0, 'z');
    client.rename('/', 'd', '/', 'e');
    client.unlink('/', 'g');
    unsubscribe();
    client.write(fid, 0, 'unseen');
    expect(changes.map(({ origin, kind, path }) => `${origin} ${kind} ${path}`)).toEqual([
      'guest created /d',
      'guest created /d/f',
      'guest modified /d/f',
      'host modified /d/f',
      'guest created /g',
      'guest modified /d/f',
      'guest modified /g',
      'guest deleted /d',
      'guest created /e',
      'guest deleted /g',
    ]);
  });
});
