import type { Server } from 'node:http';
import { createConnection } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Transport } from '../../../api/transport.ts';
import { httpServer } from './http-server.ts';
import { ListenError, listen } from './listen.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(transport: Transport): Promise<number> {
  const server = httpServer(transport);
  servers.push(server);
  const address = await listen(server, 'tcp://127.0.0.1:0');
  return Number(address.split(':').at(-1));
}

/** Sends raw bytes, optionally a FIN, and gives everything that comes back. */
function exchange(port: number, chunks: readonly string[], fin: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true }, async () => {
      for (const chunk of chunks) {
        socket.write(chunk);
        await new Promise((wait) => setTimeout(wait, 20));
      }
      if (fin) socket.end();
    });
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('end', () => {
      socket.destroy();
      resolve(text);
    });
    socket.on('error', reject);
  });
}

const echo: Transport = {
  fetch: async (request) => new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`),
  async upgrade(request) {
    const body = await request.text();
    const said = new TextEncoder().encode(`[${body}]`);
    return {
      headers: new Headers({ 'Content-Type': 'application/vnd.docker.raw-stream' }),
      duplex: new TransformStream<Uint8Array, Uint8Array>({
        start: (controller) => controller.enqueue(said),
        flush: (controller) => controller.enqueue(new TextEncoder().encode('bye')),
      }),
    };
  },
};

test('answers requests with bodies', async () => {
  const port = await serve(echo);
  const response = await fetch(`http://127.0.0.1:${port}/v1.50/x`, { method: 'POST', body: 'hello' });
  expect(await response.text()).toBe('POST /v1.50/x hello');
  expect(await exchange(port, ['GET //x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'], false)).toMatch(
    /GET \/\/x /,
  );
});

test('sends headers before the body exists', async () => {
  let finish: (() => void) | undefined;
  const port = await serve({
    ...echo,
    fetch: async () =>
      new Response(
        new ReadableStream({
          start(controller) {
            finish = () => controller.close();
          },
        }),
      ),
  });
  const response = await fetch(`http://127.0.0.1:${port}/containers/x/wait`, { method: 'POST' });
  expect(response.status).toBe(200);
  finish?.();
  expect(await response.text()).toBe('');
});

const head = (length: number) =>
  `POST /exec/1/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: ${length}\r\n\r\n`;

test('reads an upgrade request body that comes late, then the stream, then the half-close', async () => {
  const port = await serve(echo);
  const answer = await exchange(port, [head(4), 'ab', 'cdraw', ' stream'], true);
  expect(answer).toMatch(/^HTTP\/1\.1 101 UPGRADED\r\n/);
  expect(answer.toLowerCase()).toContain('upgrade: tcp\r\n');
  expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe('[abcd]raw streambye');
});

test('a FIN right after the request is no disconnect', async () => {
  const port = await serve({
    ...echo,
    async upgrade() {
      return {
        headers: new Headers(),
        duplex: {
          writable: new WritableStream(),
          readable: new ReadableStream({
            async start(controller) {
              await new Promise((resolve) => setTimeout(resolve, 100));
              controller.enqueue(new TextEncoder().encode('late output'));
              controller.close();
            },
          }),
        },
      };
    },
  });
  expect(await exchange(port, [head(0)], true)).toMatch(/\r\n\r\nlate output$/);
});

test('gives the ordinary response when an upgrade is refused', async () => {
  const port = await serve({
    ...echo,
    upgrade: async () => Response.json({ message: 'not running' }, { status: 409 }),
  });
  const answer = await exchange(port, [head(0)], false);
  expect(answer).toMatch(/^HTTP\/1\.1 409 Conflict\r\n/);
  expect(answer).toMatch(/\{"message":"not running"\}$/);
});

test('a client that leaves aborts its request', async () => {
  let aborted = false;
  const port = await serve({
    ...echo,
    fetch: (request) =>
      new Promise(() => {
        request.signal.addEventListener('abort', () => {
          aborted = true;
        });
      }),
  });
  const leave = new AbortController();
  const response = fetch(`http://127.0.0.1:${port}/events`, { signal: leave.signal });
  setTimeout(() => leave.abort(), 50);
  await expect(response).rejects.toThrow();
  await expect.poll(() => aborted).toBe(true);
});

test('listens on loopback and unix sockets only, and says why not', async () => {
  const port = await serve(echo);
  const refusal = async (address: string) => listen(httpServer(echo), address).catch((error: unknown) => error);
  expect(await refusal('tcp://0.0.0.0:0')).toMatchObject({
    name: 'ListenError',
    message: expect.stringMatching(/only loopback/),
  });
  expect(await refusal(`tcp://127.0.0.1:${port}`)).toMatchObject({
    message: expect.stringMatching(/something else is listening/),
  });
  expect(await refusal('ftp://x')).toBeInstanceOf(ListenError);
});
