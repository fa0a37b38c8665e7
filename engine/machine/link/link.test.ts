import { describe, expect, test } from 'vitest';
import { encodeFrame, type Frame, FrameReader, flagMore, frameType } from './frame.ts';
import { InputStream } from './input-stream.ts';
import { Link } from './link.ts';
import { OnDemandStream } from './on-demand-stream.ts';
import { OutputStream } from './output-stream.ts';

const encoder = new TextEncoder();

/** A link with a guest that notes frames, and acknowledges them when told to. */
function linked() {
  const frames: Frame[] = [];
  const controls: string[] = [];
  const reader = new FrameReader();
  let largest = 0;
  const link = new Link(
    (bytes) => {
      largest = Math.max(largest, bytes.length);
      for (const frame of reader.read(bytes)) frames.push({ ...frame, payload: frame.payload.slice() });
    },
    { control: (message) => controls.push(message), frame: () => {} },
  );
  return {
    link,
    frames,
    controls,
    acknowledge: (count = frames.length) => link.receive(encodeFrame(frameType.ack, 0, new Uint8Array(0), count)),
    largest: () => largest,
  };
}

const text = (frames: readonly Frame[]) =>
  new TextDecoder().decode(new Uint8Array(frames.flatMap((frame) => [...frame.payload])));

describe('Link', () => {
  test('a message larger than the guest’s receive buffer goes in several frames', () => {
    const { link, frames, acknowledge, largest } = linked();
    const message = { op: 'x', long: 'ü'.repeat(20_000) };
    link.control(message);
    while (frames.at(-1)?.flags) acknowledge();
    expect(JSON.parse(text(frames))).toEqual(message);
    expect(largest()).toBe(4096);
    expect(frames.slice(0, -1).every((frame) => frame.flags === flagMore)).toBe(true);
  });

  test('no more frames are under way than the device has buffers for', () => {
    const { link, frames, acknowledge } = linked();
    link.data(8, new Uint8Array(100_000));
    expect(frames).toHaveLength(12);
    acknowledge(5);
    expect(frames).toHaveLength(17);
    acknowledge(17);
    while (frames.length < 25) acknowledge();
    expect(frames.reduce((sum, frame) => sum + frame.payload.length, 0)).toBe(100_000);
  });

  test('each acknowledgement lets more frames go', () => {
    const { link, frames, acknowledge } = linked();
    for (let i = 0; i < 40; i++) {
      link.end(1);
      acknowledge();
    }
    expect(frames).toHaveLength(40);
  });

  test('a control message is put together from its frames, characters split between them too', () => {
    const { link, controls } = linked();
    const [head, tail] = [encoder.encode('{"a":"ü"}').slice(0, 7), encoder.encode('{"a":"ü"}').slice(7)];
    link.receive(encodeFrame(frameType.control, 0, head, 0, flagMore));
    expect(controls).toEqual([]);
    link.receive(encodeFrame(frameType.control, 0, tail));
    expect(controls).toEqual(['{"a":"ü"}']);
  });
});

describe('InputStream', () => {
  test('writes wait for credit, and go on with what comes', async () => {
    const { link, frames, acknowledge } = linked();
    const stream = new InputStream(link, 4, 10);
    const writer = stream.writable.getWriter();
    let written = false;
    const write = writer.write(new Uint8Array(25)).then(() => {
      written = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(frames.map((frame) => frame.payload.length)).toEqual([10]);
    expect(written).toBe(false);
    stream.give(20);
    acknowledge();
    await write;
    expect(frames.map((frame) => frame.payload.length)).toEqual([10, 15]);
  });

  test('a waiting write fails when the reader is gone', async () => {
    const { link } = linked();
    const stream = new InputStream(link, 4, 0);
    const writer = stream.writable.getWriter();
    writer.closed.catch(() => {});
    const write = writer.write(new Uint8Array(1));
    stream.fail(new Error('gone'));
    await expect(write).rejects.toThrow('gone');
  });

  test('drained waits for writes that stand in line', async () => {
    const { link, frames } = linked();
    const stream = new InputStream(link, 4, 100);
    const writer = stream.writable.getWriter();
    for (let i = 0; i < 5; i++) void writer.write(new Uint8Array(3));
    await stream.drained();
    expect(frames).toHaveLength(5);
  });

  test('a buffer may be used again after its write', async () => {
    const { link, frames, acknowledge } = linked();
    const stream = new InputStream(link, 4, 1e6);
    const writer = stream.writable.getWriter();
    const buffer = new Uint8Array(60_000).fill(1);
    await writer.write(buffer);
    buffer.fill(2);
    while (frames.reduce((sum, frame) => sum + frame.payload.length, 0) < 60_000) acknowledge();
    expect(frames.every((frame) => frame.payload.every((byte) => byte === 1))).toBe(true);
  });
});

describe('OutputStream', () => {
  test('credit is given for what was read only, in steps', async () => {
    const { link, frames } = linked();
    const stream = new OutputStream(link, 5);
    const reader = stream.readable.getReader();
    stream.push(new Uint8Array(40_000));
    stream.push(new Uint8Array(30_000));
    expect(frames).toEqual([]);
    expect((await reader.read()).value).toHaveLength(70_000);
    expect(frames).toMatchObject([{ type: frameType.credit, stream: 5 }]);
    stream.push(encoder.encode('last'));
    stream.end();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('last');
    expect((await reader.read()).done).toBe(true);
    expect(frames).toHaveLength(1);
  });

  test('cancelling tells the guest', async () => {
    const { link, frames } = linked();
    await new OutputStream(link, 5).readable.cancel();
    expect(frames).toMatchObject([{ type: frameType.cancel, stream: 5 }]);
  });
});

describe('OnDemandStream', () => {
  test('asks the guest for input only when somebody reads', async () => {
    const { link, frames } = linked();
    const stream = new OnDemandStream(link, 8, 'terminal');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(frames).toEqual([]);
    const reader = stream.readable.getReader();
    const read = reader.read();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(frames).toMatchObject([{ type: frameType.credit, stream: 8 }]);
    stream.push(encoder.encode('a'));
    expect((await read).value).toEqual(encoder.encode('a'));
    const end = reader.read();
    stream.end();
    expect((await end).done).toBe(true);
  });
});
