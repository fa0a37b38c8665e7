/** `npm run images`: builds the base images from Debian's packages into the static registry `public/v2`. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputsKey } from './inputs.ts';
import { debianPackages } from './packages/fetch.ts';
import { PACKAGES } from './recipes/index.ts';

const OUTPUT = join(dirname(fileURLToPath(import.meta.url)), '../../../public/v2');
/** In the output: which inputs it was built from. */
const KEY_FILE = '.inputs';

async function main(): Promise<void> {
  const started = performance.now();
  const report = (line: string): void => console.log(`images: ${line}`);
  const packages = await debianPackages(PACKAGES);
  const key = await inputsKey(packages.values());
  if ((await readFile(join(OUTPUT, KEY_FILE), 'utf8').catch(() => '')) === key) {
    report('up to date in public/v2');
    return;
  }
  // Slow to load, and not needed when nothing has changed.
  const { buildRegistry } = await import('./build-registry.ts');
  const files = await buildRegistry(packages, report);
  await replaceFolder(OUTPUT, async (folder) => {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    await writeFile(join(folder, KEY_FILE), key);
  });
  report(`public/v2 is ready (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** Fills a new folder, then puts it in the old one's place: an interruption leaves the old one. */
async function replaceFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(`images: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
