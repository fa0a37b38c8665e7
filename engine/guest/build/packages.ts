import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, hashOf } from './cache.ts';
import { run } from './command.ts';
import { fetchDebian } from './fetch-debian.ts';

/** Debian packages that the guest is made of. */
const wanted = ['linux-source-6.1', 'seabios', 'busybox-static', 'musl-dev'] as const;
export type PackageName = (typeof wanted)[number];

export interface Packages {
  /** A package's files, unpacked. */
  directory(name: PackageName): string;
  /** File name of the package, with its version: what products made from it depend on. */
  version(name: PackageName): string;
}

/**
 * Fetches and unpacks the packages, once: what is here is used until somebody removes it from the cache, so that a new
 * version in the archive does not cost everybody a kernel build.
 */
export async function packages(): Promise<Packages> {
  const directory = await cached({
    name: 'packages',
    title: 'Fetch Linux source, busybox, musl and SeaBIOS from Debian',
    key: hashOf(...wanted),
    make: fetchPackages,
  });
  const files = await readdir(join(directory, 'debs'));
  const fileOf = (name: PackageName) => {
    const file = files.find((candidate) => candidate.startsWith(`${name}_`));
    if (file === undefined) throw new Error(`no ${name} in ${directory}: remove it and run again`);
    return file;
  };
  return { directory: (name) => join(directory, name), version: fileOf };
}

async function fetchPackages(directory: string): Promise<void> {
  await fetchDebian(wanted, directory);
  const debs = join(directory, 'debs');
  for (const file of await readdir(debs)) {
    const name = file.slice(0, file.indexOf('_'));
    await run('dpkg-deb', ['-x', join(debs, file), join(directory, name)]);
  }
}
