import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DebianPackage } from './packages/fetch.ts';

const ENGINE = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** The parts of the engine that have a say in an image's bytes. */
const PARTS = [
  'builder',
  'dockerfile',
  'files',
  'guest/build/compile-static.ts',
  'image',
  'registry/catalogue.ts',
  'registry/images',
  'registry/pull.ts',
];

/** A hash of all that the images are made of: packages, Dockerfiles and their files, and the engine that builds them. */
export async function inputsKey(packages: Iterable<DebianPackage>): Promise<string> {
  const hash = createHash('sha256');
  // Named by version, and never changed in their folder.
  for (const { path } of packages) hash.update(`${basename(path)}\n`);
  for (const part of PARTS) {
    for (const path of await sourceFiles(join(ENGINE, part))) {
      hash.update(`\n${relative(ENGINE, path)}\n`).update(await readFile(path));
    }
  }
  // Its zlib decides how layers are compressed.
  return hash.update(process.versions.zlib).digest('hex').slice(0, 16);
}

async function sourceFiles(folder: string): Promise<string[]> {
  if (folder.endsWith('.ts')) return [folder];
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'testdata' && entry.name !== 'testing')
      files.push(...(await sourceFiles(path)));
    else if (entry.isFile() && !entry.name.endsWith('.test.ts')) files.push(path);
  }
  return files;
}
