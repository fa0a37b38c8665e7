import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, hashOf } from '../../../guest/build/cache.ts';
import { fetchDebian } from '../../../guest/build/fetch-debian.ts';

/** A Debian package for i386, as a file. */
export interface DebianPackage {
  readonly name: string;
  /** Upstream's version and Debian's: `1:1.35.0-4+deb12u1`. */
  readonly version: string;
  /** Of the .deb. */
  readonly path: string;
}

/**
 * The packages by name, all downloaded at once and kept in the user's cache folder: so they come from one state of the
 * archive and fit each other. What is there is used until another package is wanted or somebody removes it.
 * @throws Error with apt's words
 */
export async function debianPackages(names: readonly string[]): Promise<ReadonlyMap<string, DebianPackage>> {
  const wanted = [...new Set(names)].sort();
  const directory = await cached({
    name: 'image-packages',
    title: `Fetch the ${wanted.length} packages of the base images from Debian`,
    key: hashOf(...wanted),
    make: (working) => fetchDebian(wanted, working),
  });
  const files = await readdir(join(directory, 'debs'));
  return new Map(
    wanted.map((name) => {
      const file = files.find((candidate) => candidate.startsWith(`${name}_`));
      if (file === undefined) throw new Error(`no ${name} in ${directory}: remove it and run again`);
      const version = decodeURIComponent(file.split('_')[1] ?? '');
      return [name, { name, version, path: join(directory, 'debs', file) }];
    }),
  );
}
