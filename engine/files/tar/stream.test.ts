import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileEntry, seededBytes } from '../../image/testing/random-image.ts';
import { ByteReader } from '../byte-reader.ts';
import type { TarEntry } from './entry.ts';
import { TarError } from './error.ts';
import { readTar } from './read.ts';
import { tarStream } from './stream.ts';
import { writeTar } from './write.ts';

/** The bytes in pieces of these sizes, over and over. */
function pieces(bytes: Uint8Array, sizes: readonly number[]): ByteReader {
  let at = 0;
  let turn = 0;
  return new ByteReader(
    new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
        controller.enqueue(bytes.subarray(at, at + size));
        at += size;
      },
    }),
  );
}

async function streamed(bytes: Uint8Array, sizes: readonly number[] = [1000], limit?: number): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  for await (const entry of tarStream(pieces(bytes, sizes), limit === undefined ? {} : { limit })) entries.push(entry);
  return entries;
}

const outcome = async (work: () => unknown): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    return { code: error.code, offset: error.offset };
  }
};

describe('tarStream', { timeout: 60_000 }, () => {
  const tar = writeTar([
    fileEntry('a', seededBytes(3000, 1)),
    fileEntry(`${'long/'.repeat(60)}name`, 'x', { mtime: 1.5, uid: 2 ** 31 }),
    fileEntry('empty', ''),
    fileEntry('link', '', { type: 'symlink', linkName: 'a' }),
    fileEntry('last', seededBytes(512, 2)),
  ]);

  it('reads what readTar reads, in pieces of any size', async () => {
    for (const size of [1, 511, 512, 513, 10_000]) expect(await streamed(tar, [size])).toEqual(readTar(tar));
    expect(await streamed(new Uint8Array(0))).toEqual([]);
    expect(await streamed(tar.subarray(0, -1024))).toEqual(readTar(tar));
  });

  it('gives each member memory of its own, and reads to the end of the stream', async () => {
    const reader = pieces(new Uint8Array([...tar, ...seededBytes(5000, 3)]), [700]);
    const entries: TarEntry[] = [];
    for await (const entry of tarStream(reader)) entries.push(entry);
    expect(entries[0]?.data.buffer.byteLength).toBe(512 + 3072);
    expect(await reader.rest()).toHaveLength(0);
  });

  it('holds no more than the limit', async () => {
    await expect(streamed(tar, [1000], 3600)).resolves.toHaveLength(5);
    await expect(streamed(tar, [1000], 3400)).rejects.toMatchObject({ code: 'too-large' });
    const lie = tar.slice(0, 2048);
    lie.set(new TextEncoder().encode('77777777777'), 124);
    await expect(streamed(lie)).rejects.toMatchObject({ name: 'TarError' });
  });

  it('fails where readTar fails, and alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(tar.length),
        fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 4 }),
        async (changes, length, sizes) => {
          const changed = tar.slice(0, length);
          for (const [at, byte] of changes) if (at < length) changed[at] = byte;
          expect(await outcome(() => streamed(changed, sizes))).toEqual(await outcome(() => readTar(changed)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
