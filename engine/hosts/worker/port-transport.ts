import type { Transport, Upgraded } from '../../api/transport.ts';
import { receiveStream, sendStream } from './port-stream.ts';

type HeaderList = readonly (readonly [string, string])[];

interface CallMessage {
  readonly id: number;
  readonly call: 'fetch' | 'upgrade';
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array | undefined;
}
interface AbortMessage {
  readonly id: number;
  readonly call: 'abort';
}
type Answer =
  | {
      readonly id: number;
      readonly kind: 'response';
      readonly status: number;
      readonly headers: HeaderList;
      readonly body: MessagePort | undefined;
    }
  | {
      readonly id: number;
      readonly kind: 'upgraded';
      readonly headers: HeaderList;
      readonly readable: MessagePort;
      readonly writable: MessagePort;
    }
  | { readonly id: number; readonly kind: 'failed'; readonly message: string };

/** Statuses whose responses may have no body (Fetch, "null body status"). */
const NULL_BODY = new Set([101, 103, 204, 205, 304]);

const list = (headers: Headers): HeaderList => [...headers.entries()];
const headersOf = (entries: HeaderList): Headers =>
  new Headers(entries.map(([name, value]): [string, string] => [name, value]));

/** Answers the calls that come through a port with a transport of this realm. */
export function servePort(port: MessagePort, transport: Transport): void {
  const running = new Map<number, AbortController>();
  port.onmessage = async ({ data }: MessageEvent<CallMessage | AbortMessage>) => {
    if (data.call === 'abort') {
      running.get(data.id)?.abort();
      return;
    }
    const abort = new AbortController();
    running.set(data.id, abort);
    try {
      const request = new Request(data.url, {
        method: data.method,
        headers: headersOf(data.headers),
        signal: abort.signal,
        ...(data.body ? { body: data.body as Uint8Array<ArrayBuffer> } : {}),
      });
      const result = data.call === 'upgrade' ? await transport.upgrade(request) : await transport.fetch(request);
      if (result instanceof Response) answerResponse(port, data.id, result);
      else answerUpgraded(port, data.id, result);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ id: data.id, kind: 'failed', message } satisfies Answer);
    } finally {
      running.delete(data.id);
    }
  };
}

function answerResponse(port: MessagePort, id: number, response: Response): void {
  const head = { id, kind: 'response', status: response.status, headers: list(response.headers) } as const;
  if (!response.body) {
    port.postMessage({ ...head, body: undefined } satisfies Answer);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  sendStream(response.body, port1);
  port.postMessage({ ...head, body: port2 } satisfies Answer, [port2]);
}

function answerUpgraded(port: MessagePort, id: number, upgraded: Upgraded): void {
  const outbound = new MessageChannel();
  const inbound = new MessageChannel();
  sendStream(upgraded.duplex.readable, outbound.port1);
  // A failure to write is the reader's news too: it sees its stream end.
  receiveStream(inbound.port1)
    .pipeTo(upgraded.duplex.writable)
    .catch(() => undefined);
  port.postMessage(
    {
      id,
      kind: 'upgraded',
      headers: list(upgraded.headers),
      readable: outbound.port2,
      writable: inbound.port2,
    } satisfies Answer,
    [outbound.port2, inbound.port2],
  );
}

/** A transport whose engine is at the other end of a port (see {@link servePort}). */
export function portTransport(port: MessagePort): Transport {
  let lastId = 0;
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  port.onmessage = ({ data }: MessageEvent<Answer>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === 'failed') call?.reject(new TypeError(data.message));
    else call?.resolve(data);
  };

  async function send(call: 'fetch' | 'upgrade', request: Request): Promise<Answer> {
    request.signal.throwIfAborted();
    // Read whole, since not every browser lets a request's body be read as a stream.
    const bytes =
      request.method === 'GET' || request.method === 'HEAD' ? undefined : new Uint8Array(await request.arrayBuffer());
    lastId += 1;
    const id = lastId;
    const message: CallMessage = {
      id,
      call,
      method: request.method,
      url: request.url,
      headers: list(request.headers),
      body: bytes?.length ? bytes : undefined,
    };
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      request.signal.addEventListener('abort', () => {
        port.postMessage({ id, call: 'abort' } satisfies AbortMessage);
        waiting.delete(id);
        reject(request.signal.reason);
      });
      port.postMessage(message, bytes?.length ? [bytes.buffer] : []);
    });
  }

  function responseOf(answer: Answer & { kind: 'response' }, signal: AbortSignal): Response {
    const body = answer.body && !NULL_BODY.has(answer.status) ? receiveStream(answer.body) : null;
    // Aborting a fetch whose body is being read ends the body, as fetch itself does.
    const abortable = body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }) ?? null;
    return new Response(abortable, { status: answer.status, headers: headersOf(answer.headers) });
  }

  return {
    async fetch(request) {
      const answer = await send('fetch', request);
      if (answer.kind !== 'response') throw new TypeError('The engine upgraded a plain request');
      return responseOf(answer, request.signal);
    },
    async upgrade(request) {
      const answer = await send('upgrade', request);
      if (answer.kind === 'response') return responseOf(answer, request.signal);
      if (answer.kind === 'failed') throw new TypeError(answer.message);
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      sendStream(readable, answer.writable);
      return { headers: headersOf(answer.headers), duplex: { readable: receiveStream(answer.readable), writable } };
    },
  };
}
