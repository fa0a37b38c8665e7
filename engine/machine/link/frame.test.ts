import { expect, test } from 'vitest';
import { encodeFrame, FrameReader, frameType } from './frame.ts';

const bytes = (length: number, start = 0) => Uint8Array.from({ length }, (_, index) => (index + start) & 255);

test('the head has the layout that init reads', () => {
  expect([...encodeFrame(frameType.data, 0x01020304, Uint8Array.of(9, 8), 0x0a0b0c0d, 1)]).toEqual([
    2, 0, 2, 1, 4, 3, 2, 1, 0x0d, 0x0c, 0x0b, 0x0a, 9, 8,
  ]);
});

test.each([1, 2, 11, 12, 13, 100, 5000])('frames come whole from pieces of %i bytes', (size) => {
  const sent = [bytes(0), bytes(5, 1), bytes(4000, 2), bytes(6000, 3), bytes(1, 4)];
  const wire = new Uint8Array(
    sent.flatMap((payload, index) => [...encodeFrame(frameType.data, index, payload, index * 7)]),
  );
  const reader = new FrameReader();
  const seen: { stream: number; received: number; payload: Uint8Array }[] = [];
  for (let at = 0; at < wire.length; at += size) {
    for (const frame of reader.read(wire.subarray(at, at + size))) {
      seen.push({ stream: frame.stream, received: frame.received, payload: frame.payload.slice() });
    }
  }
  expect(seen).toEqual(sent.map((payload, index) => ({ stream: index, received: index * 7, payload })));
});
