/** Bytes of a request's line and headers. */
const MAX_HEAD = 64 << 10;
/** Bytes of a request's body: all of it is in memory before it is answered. */
const MAX_BODY = 64 << 20;

/** Names of statuses that anybody looks at (RFC 9110, 15). */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  304: 'Not Modified',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  411: 'Length Required',
  413: 'Content Too Large',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
};

/** What a request is refused with before anybody is asked. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(REASONS[status]);
    this.status = status;
  }
}

/**
 * One HTTP/1.1 request and its answer over a connection (RFC 9112), which ends with it. `output` is left open.
 * Rejects if the connection breaks off.
 */
export async function serveConnection(
  input: ReadableStream<Uint8Array>,
  output: WritableStream<Uint8Array>,
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const reader = new ConnectionReader(input.getReader());
  const writer = output.getWriter();
  try {
    let response: Response;
    let method = 'GET';
    try {
      const head = await readHead(reader);
      if (!head) return;
      method = head.method;
      if (/100-continue/i.test(head.headers.get('Expect') ?? ''))
        await writer.write(ascii('HTTP/1.1 100 Continue\r\n\r\n'));
      response = await handle(await toRequest(head, reader));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response = new Response(`${error.message}\n`, {
        status: error.status,
        headers: { 'Content-Type': 'text/plain' },
      });
    }
    const { status, headers, body } = response;
    const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
    await writer.write(ascii(`HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n${lines}Connection: close\r\n\r\n`));
    if (method === 'HEAD') await body?.cancel();
    else
      for (const part = body?.getReader(); part; ) {
        const { done, value } = await part.read();
        if (done) break;
        await writer.write(value);
      }
  } finally {
    reader.release();
    writer.releaseLock();
  }
}

interface Head {
  readonly method: string;
  readonly target: string;
  readonly headers: Headers;
}

/** Undefined if the connection ends before a request begins. @throws Refusal */
async function readHead(reader: ConnectionReader): Promise<Head | undefined> {
  const text = await reader.until('\r\n\r\n', MAX_HEAD);
  if (text === undefined) return undefined;
  const [line = '', ...fields] = text.split('\r\n');
  const match = /^([A-Z]+) (\/[\x21-\x7e]*) HTTP\/1\.[01]$/.exec(line);
  if (!match) throw new Refusal(400);
  try {
    const headers = new Headers(
      fields.map((field): [string, string] => {
        const colon = field.indexOf(':');
        if (colon < 1) throw new Refusal(400);
        return [field.slice(0, colon), field.slice(colon + 1).trim()];
      }),
    );
    return { method: match[1] ?? '', target: match[2] ?? '', headers };
  } catch {
    throw new Refusal(400);
  }
}

async function toRequest({ method, target, headers }: Head, reader: ConnectionReader): Promise<Request> {
  if (headers.has('Transfer-Encoding')) throw new Refusal(411);
  const length = headers.get('Content-Length') ?? '0';
  if (!/^\d{1,15}$/.test(length)) throw new Refusal(400);
  if (Number(length) > MAX_BODY) throw new Refusal(413);
  const body = await reader.exactly(Number(length));
  const host = headers.get('Host') ?? 'localhost';
  const url = `http://${host}${target}`;
  if (!URL.canParse(url)) throw new Refusal(400);
  const hasBody = method !== 'GET' && method !== 'HEAD' && body.length > 0;
  return new Request(url, { method, headers, ...(hasBody ? { body: body as BodyInit } : {}) });
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads a connection by what has to come, not by how it comes. */
class ConnectionReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** Up to an end mark, without it; undefined if nothing comes. @throws Refusal past `limit` bytes */
  async until(mark: string, limit: number): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done && text === '') return undefined;
      if (done) throw new Refusal(400);
      // One character a byte, so that places in the text are places in the bytes.
      for (const byte of value) text += String.fromCharCode(byte);
      const end = text.indexOf(mark);
      if (end >= 0) {
        const over = text.length - end - mark.length;
        this.#rest = value.subarray(value.length - over);
        return text.slice(0, end);
      }
      if (text.length > limit) throw new Refusal(431);
    }
  }

  /** @throws Refusal if there is less */
  async exactly(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let at = 0;
    let chunk = this.#rest;
    for (;;) {
      bytes.set(chunk.subarray(0, length - at), at);
      at = Math.min(length, at + chunk.length);
      if (at === length) return bytes;
      const { done, value } = await this.#reader.read();
      if (done) throw new Refusal(400);
      chunk = value;
    }
  }

  release(): void {
    this.#reader.releaseLock();
  }
}
