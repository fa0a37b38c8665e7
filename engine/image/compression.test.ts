import { execFileSync } from 'node:child_process';
import { gzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gunzipTo, type MakeInflater } from './compression/gzip.ts';
import { BoundedOutput } from './compression/output.ts';
import { type Compression, decompress, detectCompression } from './compression.ts';
import { ImageError } from './errors.ts';
import { seededBytes } from './testing/random-image.ts';

const decoder = new TextDecoder();
const text = (bytes: Uint8Array) => decoder.decode(bytes);

/** What the real tools write of `line 0\nline 1\n...`: small, so that they are here whatever is installed. */
const pack = (tool: string, args: readonly string[], data: Uint8Array): Uint8Array =>
  new Uint8Array(execFileSync(tool, args, { input: data, maxBuffer: 1 << 28 }));

const TOOLS: readonly (readonly [Exclude<Compression, 'none'>, string, readonly string[]])[] = [
  ['gzip', 'gzip', ['-c']],
  ['bzip2', 'bzip2', ['-c']],
  ['bzip2', 'bzip2', ['-1', '-c']],
  ['xz', 'xz', ['-c']],
  ['xz', 'xz', ['-c', '--check=crc32', '--block-size=65536']],
  ['zstd', 'zstd', ['-c', '-3']],
  ['zstd', 'zstd', ['-c', '-19', '--no-check']],
];

const mixed = new Uint8Array([...seededBytes(300_000, 5), ...new Uint8Array(200_000), ...seededBytes(1000, 6)]);

describe('decompress', { timeout: 60_000 }, () => {
  it.each(TOOLS)('reads what %s tools write: %s %j', async (name, tool, args) => {
    for (const data of [mixed, new TextEncoder().encode('x'), new Uint8Array(0), new Uint8Array(1_000_000).fill(7)]) {
      const packed = pack(tool, args, data);
      expect(detectCompression(packed)).toBe(name);
      expect(Buffer.compare(await decompress(packed, { what: 'it' }), data)).toBe(0);
    }
  });

  it.each(TOOLS)('joins members, streams and frames: %s %s %j', async (_, tool, args) => {
    const one = pack(tool, args, new TextEncoder().encode('one,'));
    const two = pack(tool, args, new TextEncoder().encode('two'));
    const none = pack(tool, args, new Uint8Array(0));
    const joined = await decompress(new Uint8Array([...one, ...none, ...two, ...none]), { what: 'it' });
    expect(text(joined)).toBe('one,two');
  });

  it.each(TOOLS)('refuses what is cut short, wherever: %s %s %j', async (_, tool, args) => {
    const packed = pack(tool, args, mixed.subarray(290_000, 320_000));
    for (const length of [6, 20, packed.length >> 1, packed.length - 5, packed.length - 1]) {
      await expect(decompress(packed.subarray(0, length), { what: 'layer x' }), `${length}`).rejects.toThrow(
        /^layer x is not valid \w+ data: /,
      );
    }
  });

  it.each(TOOLS)('refuses garbage behind the end: %s %s %j', async (_, tool, args) => {
    const packed = pack(tool, args, new TextEncoder().encode('data'));
    const followed = new Uint8Array([...packed, ...new TextEncoder().encode('garbage!')]);
    await expect(decompress(followed, { what: 'it' })).rejects.toMatchObject({ name: 'ImageError', code: 'corrupt' });
  });

  it.each(TOOLS)('stops a bomb at the limit: %s %s %j', async (_, tool, args) => {
    const bomb = pack(tool, args, new Uint8Array(20_000_000));
    expect(bomb.length).toBeLessThan(40_000);
    await expect(decompress(bomb, { what: 'layer x', limit: 1_000_000 })).rejects.toMatchObject({
      code: 'too-large',
      message: 'layer x unpacks to more than 1000000 bytes, the limit of this engine',
    });
    expect(await decompress(bomb, { what: 'it', limit: 20_000_000 })).toHaveLength(20_000_000);
  });

  it.each(TOOLS)('fails only with ImageError, whatever is changed: %s %s %j', async (_, tool, args) => {
    const packed = pack(tool, args, mixed.subarray(299_000, 303_000));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        async (changes) => {
          const changed = packed.slice();
          for (const [at, byte] of changes) changed[at] = byte;
          try {
            const out = await decompress(changed, { what: 'it', limit: 1_000_000 });
            expect(out.length).toBeLessThanOrEqual(1_000_000);
          } catch (error) {
            expect(error).toBeInstanceOf(ImageError);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('passes over skippable frames', async () => {
    const skip = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    const frame = pack('zstd', ['-c'], new TextEncoder().encode('shown'));
    const bytes = new Uint8Array([...skip, ...frame, ...skip]);
    expect(detectCompression(bytes)).toBe('zstd');
    expect(text(await decompress(bytes, { what: 'it' }))).toBe('shown');
  });

  it('reads zstd frames of one segment, larger than the window that is kept beside a stream', async () => {
    const data = new Uint8Array([...seededBytes(9 << 20, 3), ...new Uint8Array(1 << 20)]);
    const packed = pack('zstd', ['-c', '-1', '--single-thread', '--long=27', `--stream-size=${data.length}`], data);
    expect((packed[4] ?? 0) & 0x20).toBe(0x20);
    expect(Buffer.compare(await decompress(packed, { what: 'it' }), data)).toBe(0);
  });

  it('grants zstd no boundless window', async () => {
    const packed = pack('zstd', ['-c', '--long=31', '--ultra', '-1'], new Uint8Array(10)).slice();
    packed[5] = 0xf8;
    await expect(decompress(packed, { what: 'it' })).rejects.toThrow(/window of \d+ bytes is too large/);
  });

  it('accepts padding of zeros after gzip and xz', async () => {
    for (const [tool, ...args] of [
      ['gzip', '-c'],
      ['xz', '-c'],
    ] as const) {
      const packed = pack(tool, args, new TextEncoder().encode('padded'));
      expect(text(await decompress(new Uint8Array([...packed, ...new Uint8Array(512)]), { what: 'it' }))).toBe(
        'padded',
      );
    }
  });

  it('gives back what is not compressed', async () => {
    const plain = new Uint8Array([1, 2, 3]);
    expect(await decompress(plain, { what: 'it' })).toBe(plain);
    expect(detectCompression(new Uint8Array(0))).toBe('none');
  });
});

describe("gunzip with a browser's inflater", () => {
  /** As Chromium's: it takes one member; a byte behind its end makes the write fail, after its output has been given. */
  const strict: MakeInflater = () => {
    let held = new Uint8Array(0);
    let ended = false;
    const junk = () => new TypeError('Junk found after end of compressed data.');
    return new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>(
      {
        transform(chunk, controller) {
          if (ended) throw junk();
          held = new Uint8Array([...held, ...chunk]);
          const member = firstMember(held);
          if (!member) return;
          ended = true;
          controller.enqueue(member.data);
          if (member.length < held.length) throw junk();
        },
        flush() {
          if (!ended) throw new TypeError('Compressed input was truncated.');
        },
      },
      { highWaterMark: 1 },
      { highWaterMark: 0 },
    );
  };
  /** The headers that `gzipSync` writes have ten bytes, and the trailer eight. */
  const firstMember = (bytes: Uint8Array) => {
    try {
      const { buffer, engine } = inflateRawSync(bytes.subarray(10), { info: true }) as unknown as {
        buffer: Uint8Array<ArrayBuffer>;
        engine: { bytesWritten: number };
      };
      const length = 10 + engine.bytesWritten + 8;
      return length <= bytes.length ? { data: buffer, length } : undefined;
    } catch {
      return undefined;
    }
  };
  const run = async (...parts: Uint8Array[]): Promise<string> => {
    const output = new BoundedOutput(1 << 20, 'it');
    await gunzipTo(new Uint8Array(Buffer.concat(parts)), output, strict);
    return text(output.finish());
  };
  const one = gzipSync('one,');
  const two = gzipSync('two,');
  /** Has what looks like a member inside. */
  const stored = gzipSync(gzipSync('inner'), { level: 0 });

  it('finds each member', async () => {
    expect(await run(one)).toBe('one,');
    expect(await run(one, two, one)).toBe('one,two,one,');
    expect(await run(one, stored, two)).toBe(`one,${text(gzipSync('inner'))}two,`);
  });

  it('accepts zeros behind the last member, and nothing else', async () => {
    expect(await run(one, new Uint8Array(40))).toBe('one,');
    expect(await run(gzipSync(''), new Uint8Array(3))).toBe('');
    await expect(run(one, new Uint8Array([0, 1]))).rejects.toThrow('Junk found');
    await expect(run(one, new Uint8Array([1]))).rejects.toThrow('Junk found');
  });

  it('refuses a member that is cut short, the last or one before', async () => {
    await expect(run(one.subarray(0, -1))).rejects.toThrow('truncated');
    await expect(run(one, two.subarray(0, -1))).rejects.toThrow('truncated');
    await expect(run(one.subarray(0, -1), two)).rejects.toThrow();
  });
});
