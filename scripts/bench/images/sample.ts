import { copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Memory, so that no disk is measured. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export const sampleFolder = (): string => mkdtempSync(join(MEMORY, 'drydock-bench-'));

interface Found {
  readonly path: string;
  readonly size: number;
}

/** Regular files below a folder, in order of their names. */
function* filesBelow(folder: string): Generator<Found> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield { path, size: lstatSync(path).size };
  }
}

/** What {@link mixedFiles} takes from. */
export const DEBIAN_FOLDERS = ['/usr/bin', '/usr/lib', '/usr/share'] as const;

/** Programs, libraries and data of this Debian, as a base image has them. Gives the bytes. @param share bytes of each */
export function mixedFiles(into: string, share: number): number {
  let total = 0;
  for (const folder of DEBIAN_FOLDERS) {
    let taken = 0;
    for (const { path, size } of filesBelow(folder)) {
      if (taken + size > share) continue;
      taken += size;
      const to = join(into, path);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(path, to);
    }
    total += taken;
  }
  return total;
}

/** Files of this Debian of less than 8 kB, a hundred in a folder. Gives the bytes. */
export function smallFiles(into: string, count: number): number {
  const found: Found[] = [];
  for (const each of filesBelow('/usr/share')) {
    if (each.size > 0 && each.size < 8192) found.push(each);
    if (found.length === count) break;
  }
  let bytes = 0;
  for (let i = 0; i < count; i += 1) {
    // A small system may have fewer.
    const source = found[i % found.length];
    if (!source) throw new Error('/usr/share has no small files to measure with');
    const folder = join(into, `folder-${Math.floor(i / 100)}`);
    mkdirSync(folder, { recursive: true });
    copyFileSync(source.path, join(folder, `file-${i}`));
    bytes += source.size;
  }
  return bytes;
}
