import { expect, it } from 'vitest';
import { randomImage } from '../../image/testing/random-image.ts';
import { testLab } from '../../registry/testing/lab.ts';
import { TransferFeed } from './transfer-feed.ts';
import type { TransferEvent } from './types.ts';

const NAME = 'localhost:5000/app:latest';

async function watchedLab() {
  const feed = new TransferFeed();
  const lab = await testLab({}, feed.watch);
  const heard: TransferEvent[] = [];
  const stop = feed.subscribe((event) => heard.push(event));
  return { lab, heard, stop };
}

const lastWords = (events: readonly TransferEvent[]) =>
  Object.fromEntries(events.flatMap((event) => ('layer' in event ? [[event.layer.id, event.layer.status]] : [])));

it('tells a push: which layers, which of them are sent, which are there already', async () => {
  const { lab, heard, stop } = await watchedLab();
  const image = await randomImage(lab.images, 1, 2, { tags: [NAME] });
  await lab.push(NAME);
  expect(heard[0]).toEqual({ transfer: 1, begin: { kind: 'push', name: NAME } });
  const plan = heard.flatMap((event) => ('layers' in event ? event.layers : []));
  expect(plan.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
  for (const { size } of plan) expect(size).toBeGreaterThan(0);
  const sent = heard.flatMap((event) => ('layer' in event && event.layer.status === 'Pushing' ? [event.layer] : []));
  for (const { id, size } of plan) {
    expect(sent.filter((step) => step.id === id).at(-1)).toMatchObject({ current: size, total: size });
  }
  expect(Object.values(lastWords(heard))).toEqual(['Pushed', 'Pushed']);
  expect(heard.at(-1)).toEqual({ transfer: 1, end: {} });

  heard.length = 0;
  await lab.push(NAME);
  expect(Object.values(lastWords(heard))).toEqual(['Layer already exists', 'Layer already exists']);
  stop();
  await lab.push(NAME);
  expect(heard.at(-1)).toEqual({ transfer: 2, end: {} });
});

it('tells a pull by diff IDs, though its lines have digests, and a failure in its words', async () => {
  const { lab, heard } = await watchedLab();
  const image = await randomImage(lab.images, 1, 2, { tags: [NAME] });
  await lab.push(NAME);
  await lab.images.remove(image.id, { force: true });
  heard.length = 0;
  await lab.pull(NAME);
  expect(heard[0]).toEqual({ transfer: 2, begin: { kind: 'pull', name: NAME } });
  const plan = heard.flatMap((event) => ('layers' in event ? event.layers : []));
  expect(plan.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
  for (const { id } of plan) expect(lastWords(heard)[id]).toBe('Pull complete');

  heard.length = 0;
  await expect(lab.pull('localhost:5000/nosuch:1')).rejects.toThrow();
  expect(heard.at(-1)).toMatchObject({ transfer: 3, end: { failure: expect.stringContaining('nosuch') } });
});
