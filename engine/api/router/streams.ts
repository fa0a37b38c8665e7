import type { Attachment } from '../../container/attach.ts';
import { type Answer, olderVersion, type RouteContext } from './route.ts';

export const RAW_STREAM = 'application/vnd.docker.raw-stream';
export const MULTIPLEXED_STREAM = 'application/vnd.docker.multiplexed-stream';

/** How a stream of output is called; before API 1.42 it had one name only. */
export const streamType = (tty: boolean, version: string): string =>
  tty || olderVersion(version, '1.42') ? RAW_STREAM : MULTIPLEXED_STREAM;

/** Hands a process's streams to the client: as the connection, or as bodies if it did not ask for an upgrade. */
export function hijack({ request, upgrade, version }: RouteContext, attachment: Attachment): Answer {
  if (upgrade) {
    const headers = new Headers({
      'Content-Type': streamType(attachment.tty, version),
      Connection: 'Upgrade',
      Upgrade: 'tcp',
    });
    return { headers, duplex: attachment };
  }
  // An empty body says nothing about stdin; the end of a streamed one is its end.
  if (request.headers.get('Content-Length') !== '0') request.body?.pipeTo(attachment.writable).catch(() => {});
  return new Response(attachment.readable, { headers: { 'Content-Type': RAW_STREAM } });
}

/**
 * Newline-delimited JSON, written as things happen. The answer begins with the first message: what fails before that
 * is an ordinary error (rejects), what fails later is the last message of the stream. Who has much to write waits for
 * `write`, which resolves when the client has read what there is, or is gone.
 */
export function jsonLines(
  request: Request,
  produce: (write: (message: unknown) => Promise<void>, signal: AbortSignal) => Promise<void>,
): Promise<Response> {
  const encoder = new TextEncoder();
  const stop = new AbortController();
  return new Promise((resolve, reject) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    let drained = (): void => {};
    const body = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given;
      },
      pull: () => drained(),
      cancel: () => {
        stop.abort();
        drained();
      },
    });
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      resolve(new Response(body, { headers: { 'Content-Type': 'application/json' } }));
    };
    const write = async (message: unknown): Promise<void> => {
      if (stop.signal.aborted) return;
      begin();
      controller?.enqueue(encoder.encode(`${JSON.stringify(message)}\r\n`));
      if ((controller?.desiredSize ?? 1) > 0) return;
      await new Promise<void>((resolve) => {
        const before = drained;
        drained = () => {
          before();
          resolve();
        };
      });
    };
    const finish = (): void => {
      begin();
      // Cancelled already if the client has gone.
      if (!stop.signal.aborted) controller?.close();
      stop.abort();
    };
    const calledOff = (): void => {
      if (stop.signal.aborted) return;
      controller?.close();
      stop.abort();
      drained();
    };
    request.signal.addEventListener('abort', calledOff, { once: true });
    produce(write, stop.signal).then(finish, (error: unknown) => {
      if (!begun) {
        reject(error);
        return;
      }
      void write(errorMessage(error));
      finish();
    });
  });
}

/** A failure inside a stream of messages, after 200 has been said. */
function errorMessage(error: unknown): { readonly errorDetail: { readonly message: string }; readonly error: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { errorDetail: { message }, error: message };
}
