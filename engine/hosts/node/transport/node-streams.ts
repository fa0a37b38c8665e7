import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Duplex } from '../../../api/transport.ts';

/**
 * A Node stream as a web one, with backpressure. Node's own `toWeb` reads ahead of its reader and turns a connection
 * that was closed early into an error after the end, so this is written out.
 */
export function readableFrom(source: Readable, first?: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (first && first.length > 0) controller.enqueue(first);
        let settled = false;
        const settle = (action: () => void): void => {
          if (settled) return;
          settled = true;
          action();
        };
        source.pause();
        source.on('data', (chunk: Uint8Array) => {
          if (settled) return;
          controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
          source.pause();
        });
        source.on('end', () => settle(() => controller.close()));
        source.on('error', (error) => settle(() => controller.error(error)));
        source.on('close', () => settle(() => controller.error(new Error('connection closed by the engine'))));
      },
      pull() {
        source.resume();
      },
      cancel() {
        source.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A taken-over connection. `head` is what came with the answer's headers. */
export function socketDuplex(socket: Socket, head: Uint8Array): Duplex {
  const readable = readableFrom(socket, head);
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      return new Promise((resolve, reject) => {
        socket.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    },
    close() {
      return new Promise((resolve) => {
        socket.end(() => resolve());
      });
    },
    abort() {
      socket.destroy();
    },
  });
  return { readable, writable };
}
