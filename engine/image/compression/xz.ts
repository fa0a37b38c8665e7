import type { BoundedOutput } from './output.ts';

const CHUNK = 64 * 1024;
const HEADER = 12;
const FOOTER = 12;

/** One stream of a file, and what its index says that it unpacks to. */
interface XzStream {
  readonly start: number;
  readonly end: number;
  readonly contentSize: number;
}

/** The sum of what the streams' indexes say. */
export function xzSizeHint(bytes: Uint8Array): number {
  return readStreams(bytes).reduce((sum, { contentSize }) => sum + contentSize, 0);
}

/**
 * The .xz file format 1.2, any number of streams with padding between them. The decoder comes when it is first needed.
 * @throws Error for data that is damaged or cut short
 */
export async function unxzTo(bytes: Uint8Array, output: BoundedOutput): Promise<void> {
  const { XzReadableStream } = await import('xz-decompress');
  for (const { start, end, contentSize } of readStreams(bytes)) {
    const before = output.size;
    let at = start;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= end) return controller.close();
        controller.enqueue(bytes.subarray(at, Math.min(at + CHUNK, end)));
        at += CHUNK;
      },
    });
    const reader = new XzReadableStream(source).getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) output.add(part.value);
    } catch (error) {
      // A decoder that has failed has let go of its memory already.
      await reader.cancel().catch(() => undefined);
      throw error;
    }
    if (output.size - before !== contentSize) throw new Error('a stream does not have the size that its index says');
  }
}

/** From the end, as that is where a stream says how long it is (2.1.2, "Stream Footer"). */
function readStreams(bytes: Uint8Array): XzStream[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const streams: XzStream[] = [];
  let end = bytes.length;
  while (end > 0) {
    if (streams.length > 0 || end % 4 === 0) while (end >= 4 && view.getUint32(end - 4) === 0) end -= 4;
    if (end < HEADER + FOOTER) throw new Error('unexpected end of data');
    if (view.getUint16(end - 2) !== 0x595a) throw new Error('no stream footer: cut short, or trailing garbage');
    const indexSize = (view.getUint32(end - 8, true) + 1) * 4;
    const indexAt = end - FOOTER - indexSize;
    if (indexAt < HEADER) throw new Error('invalid stream footer');
    const { blocksSize, contentSize } = readIndex(bytes.subarray(indexAt, indexAt + indexSize));
    const start = indexAt - blocksSize - HEADER;
    if (start < 0 || !isStreamHeader(view, start)) throw new Error('invalid index');
    streams.unshift({ start, end, contentSize });
    end = start;
  }
  return streams;
}

function isStreamHeader(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0xfd377a58 && view.getUint16(at + 4) === 0x5a00;
}

/** 4, "Index": the sizes of the stream's blocks. */
function readIndex(index: Uint8Array): { readonly blocksSize: number; readonly contentSize: number } {
  let at = 1;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = index[at++];
      if (byte === undefined) throw new Error('invalid index');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('invalid index');
  };
  if (index[0] !== 0) throw new Error('invalid index');
  let blocksSize = 0;
  let contentSize = 0;
  for (let records = number(); records > 0; records--) {
    blocksSize += Math.ceil(number() / 4) * 4;
    contentSize += number();
  }
  return { blocksSize, contentSize };
}
