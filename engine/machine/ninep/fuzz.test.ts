import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '../../files/memory-file-system.ts';
import { directory, file, symlink } from '../../files/node.ts';
import { GuestFiles } from './guest-files.ts';
import { messageType, noTag } from './protocol.ts';
import { message, raw, TestClient, text, u8, u16, u32, u64 } from './testing/client.ts';

/** A small reproducible generator (mulberry32): whole numbers from 0 to below `limit`. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function fresh(): { handle: (request: Uint8Array) => Uint8Array; bugs: unknown[]; files: MemoryFileSystem[] } {
  const bugs: unknown[] = [];
  const limits = { byteLimit: 1 << 20, inodeLimit: 200 };
  const files = [new MemoryFileSystem(limits), new MemoryFileSystem(limits)] as const;
  const server = new GuestFiles({ volumes: files[0], spool: files[1], onError: (error) => bugs.push(error) });
  server.publish('a', directory({ a: directory({ b: file('b') }), b: file('b'), s: symlink('a') }));
  return { handle: (request) => server.handle(request), bugs, files: [...files] };
}

/** Every reply has its size, the request's tag, and is the request's answer or an error. No `expect`: it runs often. */
function checkReply(request: Uint8Array, reply: Uint8Array): void {
  const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
  const tag = request.length >= 7 ? (request[5] as number) | ((request[6] as number) << 8) : noTag;
  const isError = reply[4] === messageType.Rlerror && reply.length === 11 && view.getUint32(7, true) > 0;
  const isAnswer = reply[4] === (request[4] as number) + 1;
  if (view.getUint32(0, true) !== reply.length || view.getUint16(5, true) !== tag || !(isError || isAnswer)) {
    throw new Error(`request ${[...request]} got ${[...reply.subarray(0, 32)]}`);
  }
}

describe('any request', () => {
  it('is answered, if only with an error: random bytes', () => {
    const { handle, bugs } = fresh();
    const random = generator(1);
    for (let round = 0; round < 20_000; round += 1) {
      const request = Uint8Array.from({ length: random(64) }, () => random(256));
      const types = Object.values(messageType);
      if (request.length > 4 && random(4) > 0) request[4] = types[random(types.length)] as number;
      checkReply(request, handle(request));
    }
    expect(bugs).toEqual([]);
  });

  it('is answered in any order, with the books in balance: random messages', () => {
    const { handle, bugs, files } = fresh();
    const random = generator(2);
    const names = ['a', 'b', 's', 'x', 'layers', 'volumes', 'spool', '..', '.', '', 'a/b', 'n'.repeat(300)];
    const name = () => text(names[random(random(4) ? 9 : names.length)] as string);
    const fid = () => u32(random(24));
    const number = () => u32([0, 1, 2, 0o102, 0o1002, 0o2001, 0x200, 0xffffffff][random(8)] as number);
    const mode = () => u32([0o644, 0o100644, 0o040755, 0o010644, 0o020644, 0o777777][random(6)] as number);
    const size = () => u64([0, 1, 5, 4096, 100_000, 2n ** 32n, 2n ** 63n][random(7)] as number | bigint);
    const data = () => [u32(5), raw(new Uint8Array(5))];
    const t = messageType;
    const builders = [
      () => message(t.Tstatfs, 1, [fid()]),
      () => message(t.Tlopen, 2, [fid(), number()]),
      () => message(t.Tlcreate, 3, [fid(), name(), number(), mode(), u32(0)]),
      () => message(t.Tsymlink, 4, [fid(), name(), name(), u32(0)]),
      () => message(t.Tmknod, 5, [fid(), name(), mode(), number(), number(), u32(0)]),
      () => message(t.Trename, 6, [fid(), fid(), name()]),
      () => message(t.Treadlink, 7, [fid()]),
      () => message(t.Tgetattr, 8, [fid(), u64(0x7ff)]),
      () =>
        message(t.Tsetattr, 9, [
          fid(),
          u32(random(512)),
          mode(),
          number(),
          number(),
          size(),
          size(),
          size(),
          size(),
          size(),
        ]),
      () => message(t.Txattrwalk, 10, [fid(), fid(), name()]),
      () => message(t.Txattrcreate, 11, [fid(), name(), size(), u32(random(3))]),
      () => message(t.Treaddir, 12, [fid(), size(), number()]),
      () => message(t.Tfsync, 13, [fid(), u32(0)]),
      () => message(t.Tlock, 14, [fid(), u8(1), u32(0), size(), size(), u32(1), name()]),
      () => message(t.Tgetlock, 15, [fid(), u8(1), size(), size(), u32(1), name()]),
      () => message(t.Tlink, 16, [fid(), fid(), name()]),
      () => message(t.Tmkdir, 17, [fid(), name(), mode(), u32(0)]),
      () => message(t.Trenameat, 18, [fid(), name(), fid(), name()]),
      () => message(t.Tunlinkat, 19, [fid(), name(), u32(random(2) * 0x200)]),
      () => message(t.Tattach, 20, [fid(), u32(0xffffffff), text('root'), name(), number()]),
      () => message(t.Twalk, 21, [fid(), fid(), u16(0)]),
      () => message(t.Twalk, 22, [fid(), fid(), u16(1), name()]),
      () => message(t.Twalk, 23, [fid(), fid(), u16(2), name(), name()]),
      () => message(t.Tread, 24, [fid(), size(), number()]),
      () => message(t.Twrite, 25, [fid(), size(), data()]),
      () => message(t.Tclunk, 26, [fid()]),
      () => message(t.Tremove, 27, [fid()]),
    ];
    const client = TestClient.attached(handle, { messageSize: 8192 });
    client.walkTo(0, 1, ['volumes']);
    const succeeded = new Set<number>();
    for (let round = 0; round < 40_000; round += 1) {
      const request = (builders[random(builders.length)] as () => Uint8Array)();
      // Fid 0 stays the root now and then, so that the session does not die out.
      if (round % 50 === 0)
        handle(message(t.Tattach, 28, [u32(round % 20), u32(0), text(''), text('volumes'), u32(0)]));
      const reply = handle(request);
      checkReply(request, reply);
      if (reply[4] !== t.Rlerror) succeeded.add(request[4] as number);
    }
    expect(bugs).toEqual([]);
    // Each kind of request came through at least once, so the walk did go somewhere.
    const all = Object.values(t).filter(
      (type) => ![t.Rlerror, t.Tversion, t.Tauth, t.Tflush].some((no) => no === type),
    );
    expect(all.filter((type) => !succeeded.has(type))).toEqual([]);
    client.version(8192);
    for (const file of files) {
      file.remove('/');
      expect(file.inodes.bytes).toBe(0);
      expect(file.inodes.inodes).toBe(1);
      expect(file.stat('/').nlink).toBe(2);
    }
  });
});
