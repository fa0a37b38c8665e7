import type { Directory } from '../files/node.ts';
import { tarToTree } from '../files/tar/index.ts';
import { DEFAULT_UNPACK_LIMIT, decompress, detectCompression } from '../image/compression.ts';
import { ImageError } from '../image/errors.ts';
import { BuildError } from './errors.ts';

const BLOCK = 512;

/**
 * A local archive as ADD unpacks it: a tar, plain or in gzip, bzip2, xz or Zstandard. Undefined for anything else, which
 * ADD copies.
 * @param limit bytes that may come out
 * @throws BuildError `file` for an archive that is damaged or larger than may be unpacked
 * @throws TarError for a damaged tar
 */
export async function unpackArchive(
  bytes: Uint8Array,
  name: string,
  limit: number = DEFAULT_UNPACK_LIMIT,
): Promise<Directory | undefined> {
  let plain: Uint8Array;
  try {
    plain = await decompress(bytes, { what: name, limit });
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    // Docker looks at the first bytes only, and copies what does not begin well; a damaged archive is seldom wanted so.
    throw new BuildError('file', `cannot unpack an archive: ${cause.message}; COPY takes the file as it is`, { cause });
  }
  return isTar(plain) ? tarToTree(plain) : undefined;
}

/** The same of a build context, which must be one. @throws ImageError, TarError */
export async function unpackContext(bytes: Uint8Array, limit: number): Promise<Directory> {
  return tarToTree(await decompress(bytes, { what: 'the build context', limit }));
}

/** Whether bytes are a tar, plain or compressed, as far as the first of them tell. */
export function looksLikeArchive(bytes: Uint8Array): boolean {
  return detectCompression(bytes) !== 'none' || isTar(bytes);
}

/** A first header whose checksum is right (POSIX ustar, "chksum"); older tars have no magic to go by. */
function isTar(bytes: Uint8Array): boolean {
  if (bytes.length < BLOCK) return false;
  const field = new TextDecoder().decode(bytes.subarray(148, 156));
  const written = /^ *([0-7]+)[\0 ]/.exec(field)?.[1];
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += bytes[at] ?? 0;
  return written !== undefined && Number.parseInt(written, 8) === sum;
}
