import { afterEach, expect, test } from 'vitest';
import type { Transport } from '../../api/transport.ts';
import { portTransport, servePort } from './port-transport.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function connect(engine: Transport): Transport {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  servePort(port1, engine);
  return portTransport(port2);
}

const refuse: Transport = {
  fetch: async () => Response.json({ message: 'no such thing' }, { status: 404 }),
  upgrade: async () => Response.json({ message: 'cannot' }, { status: 409 }),
};

test('carries method, path, headers, body and answer', async () => {
  const transport = connect({
    ...refuse,
    async fetch(request) {
      const body = await request.text();
      return new Response(`${request.method} ${new URL(request.url).pathname} ${request.headers.get('x-a')} ${body}`, {
        status: 201,
        headers: { 'x-b': 'two' },
      });
    },
  });
  const response = await transport.fetch(
    new Request('http://engine/v1.50/x', { method: 'POST', headers: { 'x-a': 'one' }, body: 'hello' }),
  );
  expect([response.status, response.headers.get('x-b'), await response.text()]).toEqual([
    201,
    'two',
    'POST /v1.50/x one hello',
  ]);
});

test('passes error responses and bodiless statuses on', async () => {
  const transport = connect({ ...refuse, fetch: async () => new Response(null, { status: 204 }) });
  expect((await transport.fetch(new Request('http://engine/'))).status).toBe(204);
  const upgraded = await transport.upgrade(new Request('http://engine/', { method: 'POST' }));
  expect(upgraded).toBeInstanceOf(Response);
  expect((upgraded as Response).status).toBe(409);
});

test('asks for a body chunk by chunk, and cancels at the source', async () => {
  let made = 0;
  let cancelled = false;
  const transport = connect({
    ...refuse,
    fetch: async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            made += 1;
            controller.enqueue(new Uint8Array([made]));
          },
          cancel() {
            cancelled = true;
          },
        }),
      ),
  });
  const response = await transport.fetch(new Request('http://engine/'));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect((await reader.read()).value).toEqual(new Uint8Array([1]));
  expect(made).toBeLessThan(5);
  await reader.cancel();
  await expect.poll(() => cancelled).toBe(true);
});

test('leaves the sender its bytes', async () => {
  const stored = new Uint8Array([1, 2, 3, 4]);
  const transport = connect({
    ...refuse,
    fetch: async () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(stored.subarray(1, 3));
            controller.close();
          },
        }),
      ),
  });
  const response = await transport.fetch(new Request('http://engine/'));
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([2, 3]));
  expect(stored).toEqual(new Uint8Array([1, 2, 3, 4]));
});

test('half-closes an upgraded stream', async () => {
  const transport = connect({
    ...refuse,
    async upgrade() {
      // Says back what came, and only ends when the client has ended.
      const echo = new TransformStream<Uint8Array, Uint8Array>({
        flush: (controller) => controller.enqueue(new TextEncoder().encode('!')),
      });
      return { headers: new Headers({ 'content-type': 'application/vnd.docker.raw-stream' }), duplex: echo };
    },
  });
  const upgraded = await transport.upgrade(new Request('http://engine/', { method: 'POST' }));
  if (upgraded instanceof Response) throw new Error('not upgraded');
  const writer = upgraded.duplex.writable.getWriter();
  writer.write(new TextEncoder().encode('hi'));
  writer.close();
  expect(await new Response(upgraded.duplex.readable).text()).toBe('hi!');
});

test('an abort reaches the engine and ends the body', async () => {
  let aborted = false;
  const transport = connect({
    ...refuse,
    async fetch(request) {
      request.signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise<Response>(() => undefined);
    },
  });
  const abort = new AbortController();
  const response = transport.fetch(new Request('http://engine/', { signal: abort.signal }));
  setTimeout(() => abort.abort(), 20);
  await expect(response).rejects.toThrow();
  await expect.poll(() => aborted).toBe(true);
});

test('a failure in the engine is a failed fetch', async () => {
  const transport = connect({
    ...refuse,
    fetch: async () => {
      throw new Error('the engine fell over');
    },
  });
  await expect(transport.fetch(new Request('http://engine/'))).rejects.toThrow('the engine fell over');
});
