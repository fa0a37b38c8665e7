import { describe, expect, it } from 'vitest';
import { serveConnection } from './http-connection.ts';

/** What comes back for these bytes, sent in these pieces; and the request that was seen. */
async function exchange(
  pieces: readonly (string | Uint8Array)[],
  answer: (request: Request) => Response | Promise<Response> = () => new Response('ok'),
): Promise<{ readonly text: string; readonly seen: readonly string[] }> {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  const seen: string[] = [];
  const input = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  const output = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk.slice()) });
  await serveConnection(input, output, async (request) => {
    seen.push(`${request.method} ${request.url} ${await request.clone().text()}`);
    return answer(request);
  });
  const text = await new Blob(chunks as BlobPart[]).text();
  return { text, seen };
}

describe('a connection', () => {
  it('carries one request and its answer', async () => {
    const { text, seen } = await exchange(['GET /v2/ HTTP/1.1\r\nHost: localhost:5000\r\n\r\n'], () =>
      Response.json({ a: 1 }, { headers: { 'X-B': 'c' } }),
    );
    expect(seen).toEqual(['GET http://localhost:5000/v2/ ']);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toMatch(/\r\nx-b: c\r\n/);
    expect(text).toMatch(/\r\nConnection: close\r\n\r\n\{"a":1\}$/);
  });

  it('may come byte by byte', async () => {
    const bytes = new TextEncoder().encode(
      'POST /x?y=%20z HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Long:  two words \r\n\r\nhello',
    );
    const { text, seen } = await exchange(
      [...bytes].map((byte) => Uint8Array.of(byte)),
      (request) => new Response(request.headers.get('X-Long')),
    );
    expect(seen).toEqual(['POST http://h/x?y=%20z hello']);
    expect(text).toMatch(/two words$/);
  });

  it('leaves out the body for HEAD, and takes none that it was not told of', async () => {
    const head = await exchange(
      ['HEAD /v2/ HTTP/1.1\r\n\r\nrest'],
      () => new Response('body', { headers: { 'Content-Length': '4' } }),
    );
    expect(head.seen).toEqual(['HEAD http://localhost/v2/ ']);
    expect(head.text).toMatch(/content-length: 4\r\n[\s\S]*\r\n\r\n$/);
  });

  it('is told to go on when it asks', async () => {
    const { text } = await exchange(['PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n', 'hi']);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  it('that ends before it begins is none', async () => {
    expect(await exchange([])).toEqual({ text: '', seen: [] });
  });

  it.each([
    ['half a head', 'GET / HTTP/1.1\r\nHost', 400],
    ['another protocol', 'SSH-2.0-x\r\n\r\n', 400],
    ['no path', 'GET http://x/ HTTP/1.1\r\n\r\n', 400],
    ['a bad header', 'GET / HTTP/1.1\r\nnope\r\n\r\n', 400],
    ['a bad host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['a bad length', 'PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 400],
    ['a short body', 'PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhi', 400],
    ['a body without a length', 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 411],
    ['a huge body', 'PUT / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n', 413],
    ['an endless head', `GET / HTTP/1.1\r\nX: ${'x'.repeat(70_000)}`, 431],
  ])('with %s is refused', async (_, text, status) => {
    const refused = await exchange([text]);
    expect(refused.seen).toEqual([]);
    expect(refused.text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});
