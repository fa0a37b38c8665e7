/**
 * A byte stream over a MessagePort, with backpressure: the receiver asks for each chunk. Streams themselves can be
 * transferred in some browsers only, so this is what works in all of them.
 *
 * Receiver to sender: `pull` (one chunk, please), `cancel`.
 * Sender to receiver: `{ chunk }`, `{ end: true }`, `{ error: string }`.
 */
type FromReceiver = 'pull' | 'cancel';
type FromSender = { readonly chunk: Uint8Array } | { readonly end: true } | { readonly error: string };

/** Sends a stream through the port as it is asked for. The chunks are copied: the sender keeps its bytes. */
export function sendStream(stream: ReadableStream<Uint8Array>, port: MessagePort): void {
  const reader = stream.getReader();
  const close = () => port.close();
  port.onmessage = async ({ data }: MessageEvent<FromReceiver>) => {
    if (data === 'cancel') {
      close();
      await reader.cancel().catch(() => undefined);
      return;
    }
    try {
      const { done, value } = await reader.read();
      if (done) {
        port.postMessage({ end: true } satisfies FromSender);
        return;
      }
      // A view would carry its whole buffer along, and a transfer would take it from its owner.
      const chunk = value.slice();
      port.postMessage({ chunk } satisfies FromSender, [chunk.buffer]);
    } catch (error) {
      port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies FromSender);
    }
  };
}

/** The other end of {@link sendStream}. */
export function receiveStream(port: MessagePort): ReadableStream<Uint8Array> {
  let wake: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        port.onmessage = ({ data }: MessageEvent<FromSender>) => {
          if ('chunk' in data) controller.enqueue(data.chunk);
          else {
            port.close();
            if ('error' in data) controller.error(new Error(data.error));
            else controller.close();
          }
          wake?.();
          wake = undefined;
        };
      },
      pull() {
        port.postMessage('pull' satisfies FromReceiver);
        return new Promise<void>((resolve) => {
          wake = resolve;
        });
      },
      cancel() {
        // A chunk may be on its way still.
        port.onmessage = null;
        port.postMessage('cancel' satisfies FromReceiver);
        wake?.();
      },
    },
    { highWaterMark: 0 },
  );
}
