import { expect, test } from 'vitest';
import { receiveStream } from './port-stream.ts';

test('a chunk that is on its way when its reader gives up is let go', async () => {
  const { port1, port2 } = new MessageChannel();
  const errors: unknown[] = [];
  const note = (error: unknown) => errors.push(error);
  process.on('uncaughtException', note);
  const reader = receiveStream(port2).getReader();
  const read = reader.read();
  port1.postMessage({ chunk: new Uint8Array([1]) });
  await reader.cancel();
  await expect(read).resolves.toMatchObject({ done: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('uncaughtException', note);
  port1.close();
  expect(errors).toEqual([]);
});
