import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Transport, Upgraded } from '../../../api/transport.ts';

/** Serves a transport as an HTTP server: what `dockerd -H` is to Docker. The caller listens and closes. */
export function httpServer(transport: Transport): Server {
  const server = createServer((incoming, outgoing) => {
    answer(transport, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    hijack(transport, incoming, socket, head).catch(() => socket.destroy());
  });
  // Attached terminals and `docker events` are idle for as long as people are.
  server.requestTimeout = 0;
  server.timeout = 0;
  return server;
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  }
  return headers;
}

function requestOf(
  incoming: IncomingMessage,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | undefined,
  signal: AbortSignal,
): Request {
  const bodyless = incoming.method === 'GET' || incoming.method === 'HEAD' || body === undefined;
  const init: RequestInit & { duplex: 'half' } = {
    method: incoming.method ?? 'GET',
    headers: headersOf(incoming),
    signal,
    // Required by the Fetch standard when the body is a stream; missing in the library's types.
    duplex: 'half',
    ...(bodyless ? {} : { body }),
  };
  // A path may begin with two slashes, which would be a host to a URL that is resolved.
  const target = incoming.url ?? '/';
  return new Request(target.startsWith('/') ? `http://engine${target}` : target, init);
}

async function answer(transport: Transport, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const abort = new AbortController();
  outgoing.on('close', () => abort.abort());
  const body = Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>;
  const response = await transport.fetch(requestOf(incoming, body, abort.signal));
  outgoing.writeHead(response.status, [...response.headers].flat());
  // `docker run` sends /start only after /wait has answered with its headers.
  outgoing.flushHeaders();
  if (!response.body || incoming.method === 'HEAD') {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  const source = Readable.fromWeb(response.body as unknown as NodeReadableStream);
  source.on('error', () => outgoing.destroy());
  outgoing.on('close', () => source.destroy());
  source.pipe(outgoing);
}

async function hijack(transport: Transport, incoming: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
  const length = Number(incoming.headers['content-length'] ?? 0);
  const { body, rest } = await readBody(socket, head, length);
  const abort = new AbortController();
  socket.once('close', () => abort.abort());
  const result = await transport.upgrade(
    requestOf(incoming, length > 0 ? new Uint8Array(body) : undefined, abort.signal),
  );
  if (result instanceof Response) await refuse(socket, result);
  else join(socket, rest, result);
}

/** The body of an upgrade request comes partly in `head`, partly later; what follows it is already the raw stream. */
async function readBody(socket: Socket, head: Buffer, length: number): Promise<{ body: Buffer; rest: Buffer }> {
  let bytes = head;
  while (bytes.length < length) {
    const chunk = await new Promise<Buffer | null>((resolve) => {
      const settle = () => {
        socket.off('readable', settle);
        socket.off('end', settle);
        socket.off('close', settle);
        resolve(socket.read());
      };
      socket.once('readable', settle);
      socket.once('end', settle);
      socket.once('close', settle);
    });
    if (!chunk) throw new Error('The connection closed within the request body');
    bytes = Buffer.concat([bytes, chunk]);
  }
  return { body: bytes.subarray(0, length), rest: bytes.subarray(length) };
}

async function refuse(socket: Socket, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set('Content-Length', String(body.length));
  headers.set('Connection', 'close');
  socket.write(headLines(`${response.status} ${STATUS_CODES[response.status] ?? ''}`, headers));
  socket.end(body);
}

const headLines = (status: string, headers: Headers): string =>
  `HTTP/1.1 ${status}\r\n${[...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

function join(socket: Socket, rest: Buffer, upgraded: Upgraded): void {
  const headers = new Headers(upgraded.headers);
  headers.set('Connection', 'Upgrade');
  headers.set('Upgrade', 'tcp');
  socket.write(headLines('101 UPGRADED', headers));
  socket.setNoDelay(true);
  if (rest.length > 0) socket.unshift(rest);
  fromSocket(socket)
    .pipeTo(upgraded.duplex.writable)
    .catch(() => undefined);
  const outbound = Readable.fromWeb(upgraded.duplex.readable as unknown as NodeReadableStream);
  outbound.on('error', () => socket.destroy());
  // The end of the engine's side ends the connection, whatever the client still means to send: as dockerd does.
  outbound.on('end', () => socket.destroySoon());
  outbound.pipe(socket);
  socket.on('close', () => outbound.destroy());
}

/** What the client sends, ending at its FIN; a lost connection is an end too. */
function fromSocket(socket: Socket): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let open = true;
        const end = () => {
          if (open) controller.close();
          open = false;
        };
        socket.on('data', (chunk: Buffer) => {
          if (!open) return;
          controller.enqueue(new Uint8Array(chunk));
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        });
        socket.on('end', end);
        socket.on('close', end);
      },
      pull() {
        socket.resume();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  );
}
