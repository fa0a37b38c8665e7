import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requireTools, run } from './command.ts';

/**
 * Downloads Debian packages for i386 into `directory`/debs with apt, by lists of our own: the computer's may know no
 * i386, and are not ours to change.
 * @throws Error with apt's words
 */
export async function fetchDebian(names: readonly string[], directory: string): Promise<void> {
  await requireTools('apt-get', 'dpkg-deb');
  const lists = join(directory, 'lists');
  const debs = join(directory, 'debs');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(debs, { recursive: true });
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
    await run('apt-get', [...apt, 'download', '-q', ...names], { cwd: debs });
  } catch (error) {
    throw new Error(`${(error as Error).message}\napt-get update had said:\n${update}`);
  }
  await rm(lists, { recursive: true });
}
