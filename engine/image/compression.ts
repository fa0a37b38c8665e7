import { gunzipTo, gzipSizeHint } from './compression/gzip.ts';
import { BoundedOutput } from './compression/output.ts';
import { ImageError } from './errors.ts';

export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** What an engine unpacks at most at one time, in bytes, unless it is told otherwise. */
export const DEFAULT_UNPACK_LIMIT = 2 ** 30;

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** Bytes that {@link detectCompression} has to see. */
export const MAGIC_LENGTH = 6;

/** By the first bytes, as Docker does (moby, pkg/archive). Zstandard's skippable frames count as zstd. */
export function detectCompression(bytes: Uint8Array): Compression {
  const isSkippable = ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
  if (isSkippable) return 'zstd';
  return MAGIC.find(([, magic]) => magic.every((byte, i) => bytes[i] === byte))?.[0] ?? 'none';
}

export interface DecompressOptions {
  /** Bytes that may come out. Decompressing stops where they are passed. Default: {@link DEFAULT_UNPACK_LIMIT}. */
  readonly limit?: number;
  /** What errors call the data, such as `layer sha256:...` or `files.tar.xz`. */
  readonly what: string;
}

/**
 * Undoes gzip, bzip2, xz or Zstandard, whichever the first bytes show; several members, streams or frames count as one.
 * Anything else is given back as it is. Works in pieces, so that a bomb goes off no further than the limit.
 * @throws ImageError `corrupt` for data that is damaged, cut short or followed by garbage; `too-large`
 */
export async function decompress(
  bytes: Uint8Array,
  { limit = DEFAULT_UNPACK_LIMIT, what }: DecompressOptions,
): Promise<Uint8Array> {
  const compression = detectCompression(bytes);
  if (compression === 'none') return bytes;
  try {
    const decoder = await DECODERS[compression]();
    const output = new BoundedOutput(limit, what, decoder.sizeHint?.(bytes));
    await decoder.run(bytes, output);
    return output.finish();
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ImageError('corrupt', `${what} is not valid ${compression} data: ${why}`, { cause });
  }
}

interface Decoder {
  readonly sizeHint?: (bytes: Uint8Array) => number | undefined;
  readonly run: (bytes: Uint8Array, output: BoundedOutput) => Promise<void>;
}

/** Those that an engine seldom needs are loaded when it does. */
const DECODERS: Readonly<Record<Exclude<Compression, 'none'>, () => Promise<Decoder>>> = {
  gzip: async () => ({ sizeHint: gzipSizeHint, run: gunzipTo }),
  bzip2: async () => ({ run: (await import('./compression/bzip2.ts')).bunzip2To }),
  zstd: async () => {
    const { unzstdTo, zstdSizeHint } = await import('./compression/zstd.ts');
    return { sizeHint: zstdSizeHint, run: unzstdTo };
  },
  xz: async () => {
    const { unxzTo, xzSizeHint } = await import('./compression/xz.ts');
    return { sizeHint: xzSizeHint, run: unxzTo };
  },
};
