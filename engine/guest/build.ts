import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiled } from './build/compile-static.ts';
import { initrd } from './build/initrd.ts';
import { kernel, kernelRelease } from './build/kernel.ts';
import { packages } from './build/packages.ts';
import { publish } from './build/publish.ts';
import { snapshot } from './build/snapshot.ts';

/** Guest memory in bytes: what a tab can carry beside everything else. */
const memory = 256 << 20;

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

async function main(): Promise<void> {
  console.log('Building the guest');
  const from = await packages();
  const image = await kernel(from);
  const directory = join(here, 'init');
  const sources = (await readdir(directory)).filter((name) => name.endsWith('.c')).sort();
  const init = await compiled(
    'init',
    'Compile init',
    sources.map((name) => join(directory, name)),
    from,
  );
  const v86 = join(root, 'node_modules/v86');
  const { version } = JSON.parse(await readFile(join(v86, 'package.json'), 'utf8')) as { version: string };
  const seabios = join(from.directory('seabios'), 'usr/share/seabios');
  const products = {
    v86: join(v86, 'build/libv86.mjs'),
    wasm: join(v86, 'build/v86.wasm'),
    bios: join(seabios, 'bios.bin'),
    vgaBios: join(seabios, 'vgabios-stdvga.bin'),
  };
  const state = await snapshot({
    kernel: image,
    initrd: initrd(
      ['bin', 'dev', 'new'],
      [
        { path: 'init', mode: 0o755, data: await readFile(init.path) },
        {
          path: 'bin/busybox',
          mode: 0o755,
          data: await readFile(join(from.directory('busybox-static'), 'bin/busybox')),
        },
      ],
    ),
    bios: await readFile(products.bios),
    vgaBios: await readFile(products.vgaBios),
    v86: { library: products.v86, wasm: products.wasm, version },
    memory,
  });
  const manifest = await publish(
    { ...products, state },
    { memory, kernel: await kernelRelease(image.path) },
    join(root, 'public/guest'),
  );
  console.log(`  public/guest: state ${(manifest.files.state.size / 1e6).toFixed(1)} MB`);
}

main().then(
  // v86 leaves handles open that would keep the process.
  () => process.exit(0),
  (error: Error) => {
    console.error(`\n${error.message}`);
    process.exit(1);
  },
);
