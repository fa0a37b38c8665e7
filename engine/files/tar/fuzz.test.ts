import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textBytes } from '../text.ts';
import { NO_DATA, type TarEntry } from './entry.ts';
import { TarError } from './error.ts';
import { checksums } from './header.ts';
import { readTar } from './read.ts';
import { tarToTree, treeToTar } from './tree.ts';
import { writeTar } from './write.ts';

/** Names as they can be: of any characters, and of bytes that are no UTF-8. */
const segment = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.constantFrom(
      'a',
      'b',
      'n'.repeat(99),
      'n'.repeat(101),
      'ü',
      '\udcff\udc80',
      '.wh.x',
      ' ',
      '\n',
      '=',
      '\ufeffbom',
    ),
  )
  .map((name) => name.replace(/[/\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..' && textBytes(name).length <= 255);
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/'));
const id = fc.oneof(fc.nat(70_000), fc.constantFrom(0o7777777, 0o10000000, 2 ** 31, 2 ** 32 - 1));
const mtime = fc.oneof(
  fc.integer(),
  fc.integer({ max: 2 ** 36 }).map((n) => n / 4),
  fc.constant(0o77777777777 + 1),
);
const common = {
  name: path,
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: id,
  gid: id,
  mtime,
  userName: fc.option(fc.stringMatching(/^[a-zü]{1,40}$/), { nil: undefined }),
  xattrs: fc.option(
    fc
      .array(fc.tuple(fc.stringMatching(/^(user|security)\.[a-zü.]{1,20}$/), fc.uint8Array({ minLength: 1 })), {
        minLength: 1,
        maxLength: 3,
      })
      .map((pairs) => new Map(pairs)),
    { nil: undefined },
  ),
};
const without = (entry: TarEntry): TarEntry =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as unknown as TarEntry;
const entry: fc.Arbitrary<TarEntry> = fc
  .oneof(
    fc.record({ ...common, type: fc.constant('file' as const), data: fc.uint8Array({ maxLength: 1500 }) }),
    fc.record({ ...common, type: fc.constant('directory' as const), data: fc.constant(NO_DATA) }),
    fc.record({
      ...common,
      type: fc.constantFrom('symlink' as const, 'hard-link' as const),
      data: fc.constant(NO_DATA),
      linkName: path,
    }),
    fc.record({
      ...common,
      type: fc.constantFrom('character-device' as const, 'block-device' as const),
      data: fc.constant(NO_DATA),
      major: fc.nat(0o7777777),
      minor: fc.nat(0o7777777),
    }),
    fc.record({ ...common, type: fc.constant('fifo' as const), data: fc.constant(NO_DATA) }),
  )
  .map(without);

const onlyTarError = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
  }
};

/** Makes checksums right again, so that a change gets further than to the first look. */
function withChecksums(tar: Uint8Array): Uint8Array {
  for (let at = 0; at + 512 <= tar.length; at += 512) {
    const block = tar.subarray(at, at + 512);
    if (block[257] !== 0x75) continue;
    block.set(textBytes(`${checksums(block).unsigned.toString(8).padStart(6, '0')}\0 `), 148);
  }
  return tar;
}

describe('archives of all sorts', { timeout: 60_000 }, () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        expect(readTar(writeTar(entries))).toEqual(entries);
      }),
      { numRuns: 200 },
    );
  });

  it('become trees that give the same archive again, or are refused', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        onlyTarError(() => {
          const once = treeToTar(tarToTree(writeTar(entries)), { root: true });
          expect(treeToTar(tarToTree(once), { root: true })).toEqual(once);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('may be changed anywhere, and fail only as archives', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 3 }),
        fc.array(change, { maxLength: 8 }),
        (entries, changes) => {
          const tar = writeTar(entries);
          for (const [at, byte] of changes) tar[at % tar.length] = byte;
          onlyTarError(() => tarToTree(withChecksums(tar), { limit: 1 << 20 }));
        },
      ),
      { numRuns: 600 },
    );
  });

  it('may be of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom(...'01xgLKSVMD5\0'), (bytes, typeflag) => {
        onlyTarError(() => readTar(bytes));
        if (bytes.length < 512) return;
        bytes[156] = typeflag.charCodeAt(0);
        bytes.set(textBytes('ustar\x0000'), 257);
        bytes.fill(0x30, 124, 132);
        onlyTarError(() => readTar(withChecksums(bytes.slice()), { limit: 1 << 20 }));
      }),
      { numRuns: 600 },
    );
  });

  it('may say anything of sparse files', () => {
    const number = fc.oneof(fc.nat(3000), fc.constantFrom(2 ** 40, 2 ** 60, -1)).map(String);
    const key = fc.constantFrom('major', 'minor', 'map', 'size', 'realsize', 'offset', 'numbytes', 'numblocks', 'name');
    const value = fc.oneof(
      number,
      fc.constantFrom('0', '1'),
      fc.array(number, { maxLength: 6 }).map((all) => all.join(',')),
    );
    const body = fc.array(number, { maxLength: 9 }).map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 8 }), body, (records, text) => {
        const pax = records.map(([name, given]) => {
          const rest = ` GNU.sparse.${name}=${given}\n`;
          const length = rest.length + (rest.length + 2 > 99 ? 3 : 2);
          return `${length}${rest}`;
        });
        const header = { name: 'f', type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: 0 };
        const tar = writeTar([
          { ...header, data: textBytes(pax.join('')) },
          { ...header, data: textBytes(text) },
        ]);
        tar[156] = 0x78;
        onlyTarError(() => {
          const [file] = readTar(withChecksums(tar), { limit: 1 << 20 });
          expect(file?.data.length ?? 0).toBeLessThanOrEqual(1 << 20);
        });
      }),
      { numRuns: 600 },
    );
  });
});
