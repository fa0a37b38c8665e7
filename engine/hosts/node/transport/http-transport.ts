import http from 'node:http';
import net from 'node:net';
import { EngineUnreachableError } from '../../../api/client/errors.ts';
import type { Transport, Upgraded } from '../../../api/transport.ts';
import { type DockerHost, parseDockerHost } from './docker-host.ts';
import { readableFrom, socketDuplex } from './node-streams.ts';

/**
 * The Engine API over HTTP, on TCP or a unix socket. One connection a request, so that a request which never ends
 * holds nothing else up. Rejects with EngineUnreachableError when there is nobody; throws DockerHostError at once.
 */
export function httpTransport(dockerHost: string): Transport {
  const host = parseDockerHost(dockerHost);
  return {
    async fetch(request) {
      const sent = await send(host, dockerHost, request, {});
      return new Promise((resolve, reject) => {
        sent.once('response', (message) => resolve(toResponse(message, request.method)));
        sent.once('error', (error) => reject(failure(error, dockerHost, request.signal)));
      });
    },
    async upgrade(request) {
      const sent = await send(host, dockerHost, request, { Connection: 'Upgrade', Upgrade: 'tcp' });
      return new Promise<Upgraded | Response>((resolve, reject) => {
        sent.once('upgrade', (message, socket, head) => {
          resolve({ headers: toHeaders(message), duplex: socketDuplex(socket as net.Socket, head) });
        });
        sent.once('response', (message) => resolve(toResponse(message, request.method)));
        sent.once('error', (error) => reject(failure(error, dockerHost, request.signal)));
      });
    },
  };
}

async function send(
  host: DockerHost,
  name: string,
  request: Request,
  extra: Readonly<Record<string, string>>,
): Promise<http.ClientRequest> {
  const { pathname, search } = new URL(request.url);
  const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined;
  if (request.signal.aborted) throw failure(undefined, name, request.signal);
  const sent = http.request({
    method: request.method,
    path: pathname + search,
    headers: {
      ...Object.fromEntries(request.headers),
      // As Docker's client does for a socket, which has no name of its own.
      Host: host.kind === 'unix' ? 'api.moby.localhost' : `${host.hostname}:${host.port}`,
      ...(body
        ? { 'Content-Length': String(body.length) }
        : request.method === 'POST'
          ? { 'Content-Length': '0' }
          : {}),
      ...extra,
    },
    signal: request.signal,
    // Half-open: the engine goes on sending after a client has no more input.
    createConnection: () =>
      host.kind === 'unix'
        ? net.connect({ path: host.path, allowHalfOpen: true })
        : net.connect({ host: host.hostname, port: host.port, allowHalfOpen: true, noDelay: true }),
  });
  sent.end(body);
  return sent;
}

function toResponse(message: http.IncomingMessage, method: string): Response {
  const status = message.statusCode ?? 500;
  const empty = method === 'HEAD' || status === 204 || status === 304;
  // A half-open connection does not close by itself when the engine has.
  const { socket } = message;
  message.once('end', () => socket.destroy());
  if (empty) message.resume();
  return new Response(empty ? null : readableFrom(message), {
    status,
    statusText: message.statusMessage ?? '',
    headers: toHeaders(message),
  });
}

function toHeaders(message: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    headers.append(message.rawHeaders[index] ?? '', message.rawHeaders[index + 1] ?? '');
  }
  return headers;
}

function failure(error: Error | undefined, host: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return new EngineUnreachableError(host, { cause: error });
}
