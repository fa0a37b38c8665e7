/**
 * A response that goes on: one JSON value a line, for as long as the client reads.
 * @param subscribe gets a function that sends a value; gives back what ends the subscription.
 */
export function ndjson<Value>(subscribe: (send: (value: Value) => void) => () => void): Response {
  const encoder = new TextEncoder();
  let unsubscribe: (() => void) | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      unsubscribe = subscribe((value) => controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`)));
    },
    cancel() {
      unsubscribe?.();
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } });
}
