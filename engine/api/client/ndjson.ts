/**
 * Values of a stream of JSON documents, each on a line of its own (`application/x-ndjson`, and what Docker's progress
 * streams and `/events` are). A character may be split between chunks. Ending the iteration early cancels the stream.
 * Throws SyntaxError at a line that is not JSON.
 */
export async function* ndjson<T>(stream: ReadableStream<Uint8Array>): AsyncGenerator<T, void, undefined> {
  for await (const line of ndjsonLines(stream)) yield JSON.parse(line) as T;
}

/** The same as text: what JSON.parse would round stays as it was written. Blank lines are left out. */
export async function* ndjsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) if (line.trim()) yield line.trim();
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {
      // The stream has failed already, and that failure is on its way to the reader.
    });
  }
}
