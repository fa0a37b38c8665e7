import { expect, it, vi } from 'vitest';
import { directory, file } from '../files/node.ts';
import type { Digest } from './digest.ts';
import { MergedRoots } from './merged-roots.ts';

const digest = (number: number): Digest => `sha256:${String(number).padStart(64, '0')}`;

/** Layer n has the file `n`, and 0 is missing. */
function roots() {
  const tree = vi.fn(async (diffId: Digest) => {
    const number = Number(diffId.slice(-10));
    if (number === 0) throw new Error('no such layer');
    return directory({ [number]: file(`${number}`), same: file(`of ${number}`) });
  });
  return { tree, roots: new MergedRoots(tree) };
}

const names = async (merged: MergedRoots, ...numbers: readonly number[]) =>
  [...(await merged.get(numbers.map(digest))).children.keys()].sort();

it('merges a layer on top of a stack that is known, and nothing twice', async () => {
  const { tree, roots: merged } = roots();
  const first = await merged.get([1, 2].map(digest));
  expect(await merged.get([1, 2].map(digest))).toBe(first);
  expect(tree).toHaveBeenCalledTimes(2);
  expect(await names(merged, 1, 2, 3)).toEqual(['1', '2', '3', 'same']);
  expect(tree).toHaveBeenCalledTimes(3);
  // The order counts, and so does where a stack begins.
  const same = (await merged.get([2, 1].map(digest))).children.get('same');
  expect(same?.kind === 'file' && new TextDecoder().decode(same.data)).toBe('of 1');
  expect(await names(merged, 2)).toEqual(['2', 'same']);
  expect(await names(merged)).toEqual([]);
});

it('knows nothing of a stack any more once a layer of it is gone', async () => {
  const { tree, roots: merged } = roots();
  await names(merged, 1, 2);
  await names(merged, 1);
  merged.forget(digest(2));
  tree.mockClear();
  await names(merged, 1, 2);
  expect(tree.mock.calls).toEqual([[digest(2)]]);
});

it('keeps those asked for last, and no failure', async () => {
  const { tree, roots: merged } = roots();
  await expect(merged.get([digest(0)])).rejects.toThrow('no such layer');
  await expect(merged.get([digest(0)])).rejects.toThrow('no such layer');
  for (let number = 1; number <= 17; number += 1) await names(merged, number);
  tree.mockClear();
  await names(merged, 17);
  await names(merged, 2);
  expect(tree).not.toHaveBeenCalled();
  await names(merged, 1);
  expect(tree).toHaveBeenCalledTimes(1);
});
