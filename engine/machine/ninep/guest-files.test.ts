import { beforeEach, describe, expect, it } from 'vitest';
import { errno } from '../../files/errno.ts';
import { MemoryFileSystem } from '../../files/memory-file-system.ts';
import { device, directory, file, symlink } from '../../files/node.ts';
import { GuestFiles } from './guest-files.ts';
import { messageType, setAttribute } from './protocol.ts';
import { ErrorReply, rootFid, TestClient, text, u32 } from './testing/client.ts';

const errnoOf = (action: () => unknown): number => {
  try {
    action();
  } catch (error) {
    if (error instanceof ErrorReply) return error.errno;
    throw error;
  }
  return 0;
};

const shared = file('shared', { mode: 0o755 });
const empty = directory();
const yes = new TextEncoder().encode('y');
const layer = directory({
  bin: directory({ sh: shared, ash: shared, ls: symlink('sh') }),
  proc: empty,
  sys: empty,
  gone: device('character-device', 0, 0, { mode: 0 }),
  opaque: directory({}, { xattrs: new Map([['trusted.overlay.opaque', yes]]) }),
  'data.txt': file('0123456789', { uid: 5, gid: 6, mtime: 1_234_567_890.5 }),
});

let volumes: MemoryFileSystem;
let spool: MemoryFileSystem;
let server: GuestFiles;
let client: TestClient;

beforeEach(() => {
  volumes = new MemoryFileSystem();
  spool = new MemoryFileSystem();
  const onError = (error: unknown) => expect.unreachable(String(error));
  server = new GuestFiles({ volumes, spool, onError });
  server.publish('one', layer);
  client = TestClient.attached((request) => server.handle(request));
});

describe('layers', () => {
  it('appear and disappear by name, staying good for who has them open', () => {
    server.publish('two', directory({ f: file('2') }));
    expect(client.names('/layers')).toEqual(['one', 'two']);
    const fid = client.walk('/layers/two');
    server.withdraw('two');
    expect(client.names('/layers')).toEqual(['one']);
    expect(errnoOf(() => client.walk('/layers/two'))).toBe(errno.ENOENT);
    expect(client.walkTo(fid, 500, ['f'])).toHaveLength(1);
  });

  it('keep their name for one tree', () => {
    server.publish('one', layer);
    expect(() => server.publish('one', directory())).toThrow('published already');
    expect(() => server.publish('../one', directory())).toThrow('not a layer name');
    expect(client.names('/layers')).toEqual(['one']);
  });

  it('serve content and metadata', () => {
    expect(client.readFile('/layers/one/data.txt')).toBe('0123456789');
    expect(client.stat('/layers/one/data.txt')).toMatchObject({
      mode: 0o100644,
      uid: 5,
      gid: 6,
      size: 10n,
      mtime: [1_234_567_890n, 500_000_000n],
    });
    expect(client.readlink('/layers/one/bin/ls')).toBe('sh');
    expect(client.stat('/layers/one').nlink).toBe(6n);
    expect(client.names('/layers/one')).toEqual(['bin', 'proc', 'sys', 'gone', 'opaque', 'data.txt']);
  });

  it('serve whiteouts and opaque directories as overlayfs wants them', () => {
    expect(client.stat('/layers/one/gone')).toMatchObject({ mode: 0o020000, rdev: 0n });
    expect(client.getxattr('/layers/one/opaque', 'trusted.overlay.opaque')).toEqual(yes);
    expect(new TextDecoder().decode(client.getxattr('/layers/one/opaque', ''))).toBe('trusted.overlay.opaque\0');
    expect(errnoOf(() => client.getxattr('/layers/one/bin', 'trusted.overlay.opaque'))).toBe(errno.ENODATA);
    expect(client.getxattr('/layers/one/bin', '')).toHaveLength(0);
  });

  it('give one inode to a hard link, and two to a directory that stands in two places or a tree published twice', () => {
    const sh = client.stat('/layers/one/bin/sh');
    expect(client.stat('/layers/one/bin/ash').qid).toEqual(sh.qid);
    expect(sh.nlink).toBe(2n);
    expect(client.stat('/layers/one/data.txt').nlink).toBe(1n);
    expect(client.stat('/layers/one/proc').qid.path).not.toBe(client.stat('/layers/one/sys').qid.path);
    server.publish('copy', layer);
    expect(client.stat('/layers/copy/bin/sh').qid.path).not.toBe(sh.qid.path);
    expect(client.stat('/layers/copy').qid.path).not.toBe(client.stat('/layers/one').qid.path);
  });

  it('keep inode numbers, in walks, listings and attributes alike', () => {
    const fid = client.open('/layers/one');
    for (const { name, qid } of client.entries(fid, 2n, 4096)) {
      expect(client.stat(`/layers/one/${name}`).qid).toEqual(qid);
    }
    expect(client.walkTo(client.walk('/layers/one/bin'), 600, ['..', '..', '..', '..', 'layers', 'one'])).toHaveLength(
      6,
    );
    expect(client.getattr(600).qid).toEqual(client.stat('/layers/one').qid);
  });

  it('number everything apart', () => {
    volumes.write('/v/f', yes);
    spool.write('/f', yes);
    const paths = ['/', '/layers', '/volumes', '/spool', '/layers/one', '/layers/one/bin', '/layers/one/bin/sh'];
    paths.push('/layers/one/bin/ls', '/layers/one/proc', '/layers/one/sys', '/volumes/v', '/volumes/v/f', '/spool/f');
    expect(new Set(paths.map((path) => client.stat(path).qid.path)).size).toBe(paths.length);
  });

  it('cannot be changed', () => {
    const at = '/layers/one';
    expect(errnoOf(() => client.create(at, 'new'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.open(`${at}/data.txt`, 1))).toBe(errno.EROFS);
    expect(errnoOf(() => client.open(`${at}/data.txt`, 0o1000))).toBe(errno.EROFS);
    expect(errnoOf(() => client.mkdir(at, 'new'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.symlink(at, 'new', 'x'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.mknod(at, 'new', 0o010644))).toBe(errno.EROFS);
    expect(errnoOf(() => client.link(`${at}/data.txt`, at, 'new'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.unlink(at, 'data.txt'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.rename(at, 'data.txt', at, 'new'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.setattr(client.walk(`${at}/bin`), setAttribute.mode, { mode: 0 }))).toBe(errno.EROFS);
    expect(errnoOf(() => client.setxattr(`${at}/data.txt`, 'user.a', 'x'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.call(messageType.Tremove, u32(client.walk(`${at}/data.txt`))))).toBe(errno.EROFS);
    expect(errnoOf(() => client.mkdir('/layers', 'new'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.mkdir('/', 'new'))).toBe(errno.EROFS);
    expect(errnoOf(() => client.unlink('/', 'volumes', 0x200))).toBe(errno.EROFS);
    expect(errnoOf(() => client.rename('/', 'volumes', '/', 'spool'))).toBe(errno.EROFS);
    // Reading through a fid that creates nothing stays possible.
    expect(client.readFile(`${at}/data.txt`)).toBe('0123456789');
  });
});

describe('volumes and spool', () => {
  it('are the file systems they were given, each its own', () => {
    client.writeFile('/volumes', 'f', 'in a volume');
    expect(new TextDecoder().decode(volumes.read('/f'))).toBe('in a volume');
    expect(spool.list('/')).toEqual([]);
    expect(errnoOf(() => client.rename('/volumes', 'f', '/spool', 'f'))).toBe(errno.EXDEV);
    expect(errnoOf(() => client.link('/volumes/f', '/spool', 'f'))).toBe(errno.EXDEV);
    expect(errnoOf(() => client.link('/layers/one/data.txt', '/spool', 'f'))).toBe(errno.EXDEV);
    expect(client.walkTo(client.walk('/volumes'), 700, ['..', 'layers'])).toHaveLength(2);
  });

  it('keep the version of a qid while only the guest writes, so that its cache stays good', () => {
    client.writeFile('/volumes', 'f', 'one');
    const before = client.stat('/volumes/f').qid;
    client.write(client.open('/volumes/f', 1), 0, 'two');
    expect(client.stat('/volumes/f').qid).toEqual(before);
    volumes.write('/f', yes);
    expect(client.stat('/volumes/f').qid.version).not.toBe(before.version);
  });

  it('lose the fids of a guest that is gone, and what only they kept', () => {
    const fid = client.create('/spool', 'f');
    client.write(fid, 0, 'x'.repeat(1000));
    client.unlink('/spool', 'f');
    expect(spool.inodes.bytes).toBe(1000);
    server.reset();
    expect(spool.inodes.bytes).toBe(0);
    expect(errnoOf(() => client.call(messageType.Twalk, u32(rootFid), u32(1), text('')))).toBe(errno.EBADF);
  });
});
