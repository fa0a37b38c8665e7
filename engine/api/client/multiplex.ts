/**
 * Docker's multiplexed stream (Engine API, "Attach to a container", stream format): frames of an 8-byte header
 * `[kind, 0, 0, 0, length as 32 bits big-endian]` and as many bytes. What streams carry where there is no terminal.
 */

export type StreamKind = 'stdin' | 'stdout' | 'stderr' | 'system';

const KINDS: readonly StreamKind[] = ['stdin', 'stdout', 'stderr', 'system'];
const HEADER_BYTES = 8;

export interface Frame {
  /** Only of the part at hand: a frame that spans chunks comes as several values. */
  readonly kind: StreamKind;
  readonly data: Uint8Array;
}

/** The stream does not follow the format. */
export class MultiplexError extends Error {
  override readonly name = 'MultiplexError';
  readonly code = 'multiplex';
}

/**
 * Frames as they come; data is passed on before its frame is whole. Ending the iteration early cancels the stream.
 * Throws {@link MultiplexError} at an unknown kind or a stream that ends inside a frame.
 */
export async function* frames(stream: ReadableStream<Uint8Array>): AsyncGenerator<Frame, void, undefined> {
  const reader = stream.getReader();
  const header = new Uint8Array(HEADER_BYTES);
  let headerFilled = 0;
  let kind: StreamKind = 'stdout';
  let left = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      let offset = 0;
      while (offset < value.length) {
        if (left > 0) {
          const data = value.subarray(offset, offset + left);
          offset += data.length;
          left -= data.length;
          yield { kind, data };
          continue;
        }
        const part = value.subarray(offset, offset + HEADER_BYTES - headerFilled);
        header.set(part, headerFilled);
        headerFilled += part.length;
        offset += part.length;
        if (headerFilled < HEADER_BYTES) continue;
        headerFilled = 0;
        kind = kindOf(header[0] ?? 0);
        left = new DataView(header.buffer).getUint32(4);
      }
    }
    if (left > 0 || headerFilled > 0) throw new MultiplexError('stream ended inside a frame');
  } finally {
    await reader.cancel().catch(() => {
      // The stream has failed already, and that failure is on its way to the reader.
    });
  }
}

function kindOf(value: number): StreamKind {
  const kind = KINDS[value];
  if (kind === undefined) throw new MultiplexError(`Unrecognized input header: ${value}`);
  return kind;
}

/**
 * Splits a multiplexed stream in two. Both must be read: what is waiting for a reader on one holds the other back.
 * `system` frames (an error of the engine amid the stream) make both fail.
 */
export function demultiplex(stream: ReadableStream<Uint8Array>): {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
} {
  const stdout = new TransformStream<Uint8Array, Uint8Array>();
  const stderr = new TransformStream<Uint8Array, Uint8Array>();
  const writers = { stdout: stdout.writable.getWriter(), stderr: stderr.writable.getWriter() };
  const pump = async (): Promise<void> => {
    try {
      for await (const { kind, data } of frames(stream)) {
        if (kind === 'system') throw new MultiplexError(new TextDecoder().decode(data));
        await writers[kind === 'stderr' ? 'stderr' : 'stdout'].write(data);
      }
      await Promise.all([writers.stdout.close(), writers.stderr.close()]);
    } catch (error) {
      await Promise.allSettled([writers.stdout.abort(error), writers.stderr.abort(error)]);
    }
  };
  void pump();
  return { stdout: stdout.readable, stderr: stderr.readable };
}

/** One frame, ready to be sent. */
export function frame(kind: StreamKind, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + data.length);
  bytes[0] = KINDS.indexOf(kind);
  new DataView(bytes.buffer).setUint32(4, data.length);
  bytes.set(data, HEADER_BYTES);
  return bytes;
}
