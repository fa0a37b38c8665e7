import type { Directory } from '../files/node.ts';
import { tarToTree } from '../files/tar/index.ts';
import { gunzip, isGzip } from '../image/gzip.ts';
import { BuildError } from './errors.ts';

const FOREIGN: readonly (readonly [string, readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/**
 * A local archive as ADD unpacks it: a tar, plain or in gzip. Undefined for anything else, which ADD copies.
 * @throws BuildError `file` for a compression that Docker unpacks and Drydock cannot
 * @throws TarError for a damaged archive
 */
export async function unpackArchive(bytes: Uint8Array, name: string): Promise<Directory | undefined> {
  const foreign = FOREIGN.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte));
  if (foreign) {
    const message = `cannot unpack ${name}: ${foreign[0]} archives are not supported here, use gzip or no compression`;
    throw new BuildError('file', message);
  }
  let plain = bytes;
  if (isGzip(bytes)) {
    try {
      plain = await gunzip(bytes);
    } catch {
      return undefined;
    }
  }
  return isTar(plain) ? tarToTree(plain) : undefined;
}

/** POSIX and GNU tar both have `ustar` at offset 257. */
function isTar(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(257, 262)) === 'ustar';
}
