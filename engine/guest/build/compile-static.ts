import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached, hashOf } from './cache.ts';
import { requireTools, run } from './command.ts';
import { type Packages, packages } from './packages.ts';

const compiler = 'i686-linux-gnu-gcc';

const flags = [
  '-std=gnu11',
  '-D_GNU_SOURCE',
  '-Os',
  '-march=i686',
  '-Wall',
  '-Wextra',
  '-Werror',
  // Paths that are too long are cut and then not found: what is wanted.
  '-Wno-format-truncation',
  '-static',
  '-no-pie',
  '-fno-pie',
  '-fno-stack-protector',
  '-fno-asynchronous-unwind-tables',
  '-ffunction-sections',
  '-fdata-sections',
  '-nostdinc',
  '-nostdlib',
  '-Wl,--gc-sections,--build-id=none,-s',
];

/**
 * Compiles C sources against musl into one small static i386 program at `out`. Cached by the sources and the headers
 * beside them.
 * @throws MissingToolError if the compiler is not installed
 */
export async function compileStatic(sources: readonly string[], out: string): Promise<void> {
  const built = await compiled('program', 'Compile a static program', sources, await packages());
  await copyFile(built.path, out);
}

/** The same, left in the cache. */
export async function compiled(
  name: string,
  title: string,
  sources: readonly string[],
  from: Packages,
): Promise<{ readonly path: string; readonly key: string }> {
  const key = hashOf(from.version('musl-dev'), ...flags, ...(await contents(sources)));
  const directory = await cached({
    name,
    title,
    key,
    make: (working) => compile(sources, join(working, 'program'), from.directory('musl-dev')),
  });
  return { path: join(directory, 'program'), key };
}

async function contents(sources: readonly string[]): Promise<string[]> {
  const directories = [...new Set(sources.map((source) => dirname(source)))];
  const headers: string[] = [];
  for (const directory of directories)
    for (const name of await readdir(directory)) if (name.endsWith('.h')) headers.push(join(directory, name));
  const files = [...sources, ...headers].sort();
  return Promise.all(
    files.map(async (file) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ),
  );
}

async function compile(sources: readonly string[], out: string, musl: string): Promise<void> {
  await requireTools(compiler);
  const library = join(musl, 'usr/lib/i386-linux-musl');
  const headers = (await run(compiler, ['-print-file-name=include'])).trim();
  const libgcc = (await run(compiler, ['-print-libgcc-file-name'])).trim();
  await run(compiler, [
    ...flags,
    '-isystem',
    join(musl, 'usr/include/i386-linux-musl'),
    '-isystem',
    headers,
    // The kernel's own headers, behind musl's.
    '-idirafter',
    '/usr/i686-linux-gnu/include',
    join(library, 'crt1.o'),
    join(library, 'crti.o'),
    ...sources,
    '-Wl,--start-group',
    join(library, 'libc.a'),
    libgcc,
    '-Wl,--end-group',
    join(library, 'crtn.o'),
    '-o',
    out,
  ]);
}
