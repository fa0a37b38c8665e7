/**
 * Bytes as a body. Not as bytes: a Response would copy those, while whoever reads this in the same process gets the very
 * view, and must not write into it.
 */
export function byteStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}
