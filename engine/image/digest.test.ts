import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { decompress, detectCompression } from './compression.ts';
import { chainId, isDigest, sha256, shortId } from './digest.ts';
import { gzip } from './gzip.ts';
import { seededBytes } from './testing/random-image.ts';

const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

it('knows the digest of nothing, and what another implementation says of something', async () => {
  expect(await sha256(new Uint8Array(0))).toBe(EMPTY);
  const bytes = seededBytes(100_000, 3);
  expect(await sha256(bytes.subarray(10, 99_000))).toBe(
    `sha256:${createHash('sha256').update(bytes.subarray(10, 99_000)).digest('hex')}`,
  );
});

it('tells digests from other text', () => {
  expect(isDigest(EMPTY)).toBe(true);
  for (const text of ['', EMPTY.toUpperCase(), EMPTY.slice(1), `${EMPTY}0`, EMPTY.slice(7), 7])
    expect(isDigest(text)).toBe(false);
  expect(shortId(EMPTY)).toBe('e3b0c44298fc');
  expect(shortId(EMPTY.slice(7))).toBe('e3b0c44298fc');
});

it('chains as the image specification says', async () => {
  const a = await sha256(Uint8Array.of(1));
  const b = await sha256(Uint8Array.of(2));
  const ab = `sha256:${createHash('sha256').update(`${a} ${b}`).digest('hex')}`;
  expect(await chainId(undefined, a)).toBe(a);
  expect(await chainId(a, b)).toBe(ab);
});

it('compresses and back, the same each time', async () => {
  for (const bytes of [new Uint8Array(0), seededBytes(700_000, 1), new Uint8Array(2_000_000)]) {
    const packed = await gzip(bytes);
    expect(detectCompression(packed)).toBe('gzip');
    // By digest: comparing millions of elements one by one takes seconds.
    expect(await sha256(await gzip(bytes))).toBe(await sha256(packed));
    expect(await sha256(await decompress(packed, { what: 'it' }))).toBe(await sha256(bytes));
  }
});

it('refuses damaged gzip', async () => {
  const packed = await gzip(seededBytes(5000, 2));
  await expect(decompress(packed.subarray(0, 2000), { what: 'it' })).rejects.toMatchObject({ code: 'corrupt' });
  const damaged = packed.map((byte, i) => (i === 2500 ? byte ^ 1 : byte));
  await expect(decompress(damaged, { what: 'it' })).rejects.toMatchObject({
    code: 'corrupt',
  });
});
