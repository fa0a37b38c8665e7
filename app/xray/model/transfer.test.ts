import { describe, expect, it } from 'vitest';
import type { TransferEvent } from '../../../engine/api/lab/types.ts';
import type { Facts, ImageFact } from './facts.ts';
import { allLayers, buildPicture } from './picture.ts';
import { announceTransfer, applyTransferEvent, isPresent, movingWords, type TransferFact } from './transfer.ts';

const diffId = (digit: string) => `sha256:${digit.repeat(64)}`;
const base: ImageFact = {
  id: 'sha256:base',
  tags: ['debian:latest'],
  created: 1,
  size: 1,
  layers: [diffId('a')],
  history: [],
  variables: [],
};
const facts: Facts = { images: [base], containers: [] };

const PULL: readonly TransferEvent[] = [
  { transfer: 1, begin: { kind: 'pull', name: 'gcc:latest' } },
  { transfer: 1, layer: { id: 'latest', status: 'Pulling from library/gcc' } },
  {
    transfer: 1,
    layers: [
      { id: 'one', diffId: diffId('a'), size: 100 },
      { id: 'two', diffId: diffId('b'), size: 400 },
    ],
  },
  { transfer: 1, layer: { id: 'one', status: 'Already exists' } },
  { transfer: 1, layer: { id: 'two', status: 'Pulling fs layer' } },
  { transfer: 1, layer: { id: 'two', status: 'Downloading', current: 100, total: 400 } },
];

const stateOf = (events: readonly TransferEvent[]): TransferFact => {
  const fact = events.reduce<TransferFact | null>(applyTransferEvent, null);
  if (!fact) throw new Error('a transfer expected');
  return fact;
};

describe('a pull', () => {
  it('fills what comes, by bytes, upon what is here already', () => {
    const transfer = stateOf(PULL);
    const picture = buildPicture(facts, { transfer });
    expect(allLayers(picture).map(({ instruction, moving }) => [instruction, moving && movingWords(moving)])).toEqual([
      ['one', 'Already exists'],
      ['two', 'Downloading 25 %'],
    ]);
    const [here, coming] = allLayers(picture);
    expect(here?.moving && isPresent(here.moving)).toBe(true);
    expect(here?.images).toEqual([base]);
    expect(coming?.unfinished).toMatchObject([{ name: 'gcc:latest', note: 'being pulled' }]);
  });

  it('is an image when it is done, and says what it took', () => {
    const extracting: TransferEvent = {
      transfer: 1,
      layer: { id: 'two', status: 'Extracting', current: 0, total: 400 },
    };
    expect(stateOf([...PULL, extracting]).layers[1]?.moved).toBe(400);
    const complete: TransferEvent = { transfer: 1, layer: { id: 'two', status: 'Pull complete' } };
    const done = stateOf([...PULL, complete, { transfer: 1, end: {} }]);
    const gcc: ImageFact = { ...base, id: 'sha256:gcc', tags: ['gcc:latest'], layers: [diffId('a'), diffId('b')] };
    const picture = buildPicture({ ...facts, images: [base, gcc] }, { transfer: done });
    const top = allLayers(picture).at(-1);
    expect(top).toMatchObject({ images: [gcc], unfinished: [], moving: { status: 'Pull complete', moved: 400 } });
    expect(announceTransfer(done)).toBe('Pulled gcc:latest: 1 layer fetched, 1 already here.');
  });

  it('leaves nothing in the picture of what did not come', () => {
    const failed = stateOf([...PULL, { transfer: 1, end: { failure: 'no such tag' } }]);
    expect(allLayers(buildPicture(facts, { transfer: failed }))).toHaveLength(1);
    expect(announceTransfer(failed)).toBe('The pull of gcc:latest failed: no such tag');
  });

  it('with nothing to do says so', () => {
    const [begin] = PULL;
    if (!begin) throw new Error('an event expected');
    expect(announceTransfer(stateOf([begin, { transfer: 1, end: {} }]))).toBe('gcc:latest was here already.');
  });

  it('is not changed by what older ones do', () => {
    const transfer = stateOf(PULL);
    expect(applyTransferEvent(transfer, { transfer: 0, end: {} })).toBe(transfer);
  });
});

it('a push is told on the layers that are here', () => {
  const transfer = stateOf([
    { transfer: 2, begin: { kind: 'push', name: 'localhost:5000/debian:latest' } },
    { transfer: 2, layers: [{ id: 'a', diffId: diffId('a'), size: 10 }] },
    { transfer: 2, layer: { id: 'a', status: 'Mounted from debian' } },
    { transfer: 2, end: {} },
  ]);
  expect(allLayers(buildPicture(facts, { transfer })).map(({ moving }) => moving?.status)).toEqual([
    'Mounted from debian',
  ]);
  expect(announceTransfer(transfer)).toBe('Pushed localhost:5000/debian:latest: 0 layers sent, 1 already there.');
});
