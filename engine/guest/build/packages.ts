import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, hashOf } from './cache.ts';
import { requireTools, run } from './command.ts';

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
  await requireTools('apt-get', 'dpkg-deb');
  const lists = join(directory, 'lists');
  const debs = join(directory, 'debs');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(debs);
  // Lists of our own, since the system knows only its own architecture, and nothing of the system is to change.
  const apt = [
    '-oAPT::Architecture=i386',
    '-oAPT::Architectures=i386',
    `-oDir::State::Lists=${lists}`,
    '-oDir::Cache::pkgcache=',
    '-oDir::Cache::srcpkgcache=',
    '-oAPT::Sandbox::User=root',
  ];
  // One unreachable source of several is no reason to stop: the download says whether what is needed is there.
  const update = await run('apt-get', [...apt, 'update', '-q']).catch((error: Error) => error.message);
  try {
    await run('apt-get', [...apt, 'download', '-q', ...wanted], { cwd: debs });
  } catch (error) {
    throw new Error(`${(error as Error).message}\napt-get update had said:\n${update}`);
  }
  for (const file of await readdir(debs)) {
    const name = file.slice(0, file.indexOf('_'));
    await run('dpkg-deb', ['-x', join(debs, file), join(directory, name)]);
  }
}
