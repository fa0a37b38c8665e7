import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LEFT_OUT = /(^|\/)(node_modules|\.next|out)(\/|$)|\.test\.tsx?$/;

function* filesBelow(path: string): Generator<string> {
  if (LEFT_OUT.test(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name));
}

/** One SHA-256 (hex) over the names and contents of all files at and below the paths, tests left out. */
export function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesBelow(path)) {
      const bytes = readFileSync(file);
      hash.update(`${file}\0${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest('hex');
}
