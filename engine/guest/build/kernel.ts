import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cached, hashOf } from './cache.ts';
import { requireTools, run } from './command.ts';
import type { Packages } from './packages.ts';

const config = new URL('../kernel.config', import.meta.url);

/** The compressed kernel image: Debian's Linux source with our configuration. */
export async function kernel(packages: Packages): Promise<{ readonly path: string; readonly key: string }> {
  const fragment = await readFile(config, 'utf8');
  const key = hashOf(packages.version('linux-source-6.1'), fragment);
  const directory = await cached({
    name: 'kernel',
    title: 'Compile the kernel (some minutes, once)',
    key,
    resumable: true,
    make: (working) => compile(packages, fragment, working),
  });
  return { path: join(directory, 'bzImage'), key };
}

/** What `uname -r` says of a bzImage (Linux x86 boot protocol, `kernel_version` at 0x20e, relative to 0x200). */
export async function kernelRelease(path: string): Promise<string> {
  const image = await readFile(path);
  const at = image.readUInt16LE(0x20e) + 0x200;
  return image.toString('latin1', at, image.indexOf(0, at)).split(' ')[0] ?? '';
}

async function compile(packages: Packages, fragment: string, working: string): Promise<void> {
  await requireTools('i686-linux-gnu-gcc', 'gcc', 'make', 'flex', 'bison', 'bc', 'tar', 'xz');
  const source = join(working, 'source');
  const unpacked = join(working, 'unpacked');
  const ready = await readFile(unpacked).then(
    () => true,
    () => false,
  );
  if (!ready) {
    await rm(source, { recursive: true, force: true });
    await mkdir(source);
    const archive = join(packages.directory('linux-source-6.1'), 'usr/src/linux-source-6.1.tar.xz');
    await run('tar', ['-xf', archive, '-C', source, '--strip-components=1']);
    await writeFile(unpacked, '');
  }
  const make = (...args: string[]) =>
    run('make', ['ARCH=i386', 'CROSS_COMPILE=i686-linux-gnu-', ...args], { cwd: source, env: buildIdentity });
  await make('tinyconfig');
  const wanted = join(working, 'kernel.config');
  await writeFile(wanted, fragment);
  await run('sh', ['scripts/kconfig/merge_config.sh', '-m', '.config', wanted], { cwd: source });
  await make('olddefconfig');
  checkConfiguration(fragment, await readFile(join(source, '.config'), 'utf8'));
  await make(`-j${availableParallelism() + 1}`, 'bzImage');
  await copyFile(join(source, 'arch/x86/boot/bzImage'), join(working, 'bzImage'));
  await rm(source, { recursive: true });
}

/** Nothing of the building machine goes into the image. */
const buildIdentity = {
  KBUILD_BUILD_USER: 'drydock',
  KBUILD_BUILD_HOST: 'drydock',
  KBUILD_BUILD_TIMESTAMP: '1970-01-01',
};

/** An option whose dependencies are not met is dropped in silence by olddefconfig. */
function checkConfiguration(fragment: string, made: string): void {
  const lines = new Set(made.split('\n'));
  const lost = fragment.split('\n').filter((line) => /^CONFIG_\w+=[^n]/.test(line) && !lines.has(line));
  if (lost.length > 0) throw new Error(`kernel.config asks for what cannot be had together: ${lost.join(', ')}`);
}
