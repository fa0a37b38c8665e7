import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const COMPRESSIBLE = /\.(js|mjs|css|html|json|svg|txt|wasm|ttf|bin)$/;
/** Below this the headers outweigh what is saved. */
const SMALLEST = 1024;
const BROTLI_QUALITY = 9;

/** Writes a `.br` and a `.gz` beside each file that gains from it, so that serving costs no compressing. */
export async function precompress(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = statSync(path);
    if (stats.isDirectory()) await precompress(path);
    else if (COMPRESSIBLE.test(name) && stats.size >= SMALLEST) await compressBeside(path);
  }
}

async function compressBeside(path: string): Promise<void> {
  const bytes = readFileSync(path);
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, zipped);
}
