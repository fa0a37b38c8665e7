import { Decompress, decompress } from 'fzstd';
import { breathe } from './breathe.ts';
import type { BoundedOutput } from './output.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** As much history as the zstd command grants unasked (`--long=27`). */
const MAX_WINDOW = 128 << 20;
/** RFC 8878, 3.1.1.2.4, "Block_Maximum_Size" is the window's size, and never more than this. */
const MAX_BLOCK = 128 << 10;
const CHUNK = 256 * 1024;
/** Beyond this much, moving the window for each block costs more than decoding it. */
const LARGE_WINDOW = 8 << 20;
/** A run-length block: four bytes for 128 KiB. */
const MAX_RATIO = MAX_BLOCK / 4;

const WRONG_SIZE = 'a frame does not have the size that it says';

interface Frame {
  readonly start: number;
  readonly end: number;
  /** Bytes it says it unpacks to. */
  readonly contentSize: number | undefined;
  readonly singleSegment: boolean;
}

/** The sum of what the frames say; undefined if one of them does not. */
export function zstdSizeHint(bytes: Uint8Array): number | undefined {
  let sum = 0;
  for (const { contentSize } of readFrames(bytes)) {
    if (contentSize === undefined) return undefined;
    sum += contentSize;
  }
  return sum <= bytes.length * MAX_RATIO ? sum : undefined;
}

/**
 * RFC 8878, any number of frames, skippable ones passed over. Content checksums are not compared: layers have digests,
 * and archives in them checksums of their own.
 * @throws Error for data that is damaged, cut short, or needs a dictionary or more memory than is granted
 */
export async function unzstdTo(bytes: Uint8Array, output: BoundedOutput): Promise<void> {
  for (const { start, end, contentSize, singleSegment } of readFrames(bytes)) {
    const frame = bytes.subarray(start, end);
    if (contentSize !== undefined && singleSegment && contentSize > LARGE_WINDOW) {
      // Straight into its place, which is its window. A frame that is shorter than it says leaves zeros.
      decompress(frame, output.reserve(contentSize));
      continue;
    }
    const before = output.size;
    const stream = new Decompress((chunk) => output.add(chunk));
    for (let at = 0; at < frame.length; at += CHUNK) {
      stream.push(frame.subarray(at, at + CHUNK), at + CHUNK >= frame.length);
      await breathe();
    }
    if (contentSize !== undefined && output.size - before !== contentSize) {
      throw new Error(WRONG_SIZE);
    }
  }
}

/** Walks headers only: frame to frame, block to block. The decoder itself trusts what these say. */
function readFrames(bytes: Uint8Array): Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const need = (end: number): number => {
    if (end > bytes.length) throw new Error('unexpected end of data');
    return end;
  };
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    need(at + 5);
    const start = at;
    const magic = view.getUint32(at, true);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      need(at + 8);
      at = need(at + 8 + view.getUint32(at + 4, true));
      continue;
    }
    if (magic !== MAGIC) throw new Error(at === 0 ? 'not a zstd frame' : 'trailing garbage');
    const flags = view.getUint8(at + 4);
    const singleSegment = (flags & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
    const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
    at = need(at + 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes);
    for (let i = 0; i < dictionaryBytes; i++) {
      if (bytes[at - sizeBytes - 1 - i] !== 0) throw new Error('it was compressed with a dictionary');
    }
    const contentSize = readSize(view, at - sizeBytes, sizeBytes);
    const window = singleSegment ? (contentSize ?? 0) : windowSize(view.getUint8(start + 5));
    if (!singleSegment && window > MAX_WINDOW) throw new Error(`its window of ${window} bytes is too large`);
    for (let last = false; !last; ) {
      need(at + 3);
      const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
      const size = header >> 3;
      const type = (header >> 1) & 3;
      if (type === 3 || size > Math.min(MAX_BLOCK, window)) throw new Error('invalid block');
      last = (header & 1) === 1;
      at = need(at + 3 + (type === 1 ? 1 : size));
    }
    if (flags & 4) at = need(at + 4);
    if (contentSize !== undefined && contentSize > (at - start) * MAX_RATIO) throw new Error(WRONG_SIZE);
    frames.push({ start, end: at, contentSize, singleSegment });
  }
  return frames;
}

/** RFC 8878, 3.1.1.1.4: two bytes count from 256. */
function readSize(view: DataView, at: number, bytes: number): number | undefined {
  switch (bytes) {
    case 0:
      return undefined;
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}

/** RFC 8878, 3.1.1.1.2. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
