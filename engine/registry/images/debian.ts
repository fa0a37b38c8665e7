import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Directory } from '../../files/node.ts';
import { tarToTree } from '../../files/tar/index.ts';

/** A Debian package for i386. */
export interface DebianPackage {
  readonly name: string;
  /** Upstream's version and Debian's: `1:1.35.0-4+deb12u1`. */
  readonly version: string;
  /** The .deb file. */
  readonly bytes: Uint8Array;
  /** Where it is kept. */
  readonly path: string;
}

/** In the user's cache folder, which clones share: `$DRYDOCK_CACHE/images` or `~/.cache/drydock/images`. */
export function packageCache(): string {
  return join(process.env.DRYDOCK_CACHE || join(homedir(), '.cache/drydock'), 'images');
}

/**
 * The packages from the cache folder, downloading those that are not there with apt, by lists of our own: the computer's
 * may know no i386, and are not ours to change.
 * @param folder kept between runs
 * @param report told what takes time
 * @throws Error with apt's words
 */
export async function debianPackages(
  names: readonly string[],
  folder: string,
  report: (line: string) => void,
): Promise<readonly DebianPackage[]> {
  const debs = join(folder, 'debs');
  await mkdir(debs, { recursive: true });
  const missing: string[] = [];
  for (const name of names) if (!(await findDeb(debs, name))) missing.push(name);
  if (missing.length > 0) await download(missing, folder, debs, report);
  return Promise.all(names.map((name) => readPackage(debs, name)));
}

/** What the package installs. */
export async function packageTree(deb: DebianPackage): Promise<Directory> {
  return tarToTree(await run('dpkg-deb', ['--fsys-tarfile', deb.path]));
}

async function download(
  names: readonly string[],
  folder: string,
  debs: string,
  report: (line: string) => void,
): Promise<void> {
  const lists = join(folder, 'apt/lists');
  const cache = join(folder, 'apt/cache');
  // Downloads go to a folder of their own first: what stays there after an interruption is no package yet.
  const partial = join(folder, 'apt/download');
  await rm(partial, { recursive: true, force: true });
  for (const each of [join(lists, 'partial'), join(cache, 'archives/partial'), partial]) {
    await mkdir(each, { recursive: true });
  }
  const options = [
    '-oAPT::Architecture=i386',
    '-oAPT::Architectures=i386',
    `-oDir::State::Lists=${lists}`,
    `-oDir::Cache=${cache}`,
    '-oAPT::Sandbox::User=root',
  ];
  report("reading Debian's package lists for i386");
  // One list of several may fail (a mirror in the middle of its update) and the packages still be there.
  const update = await run('apt-get', [...options, 'update', '-qq']).then(
    () => undefined,
    (error: Error) => error,
  );
  report(`downloading ${names.join(' and ')} (i386) from Debian`);
  try {
    await run('apt-get', [...options, 'download', '-qq', ...names], partial);
  } catch (error) {
    throw update ?? error;
  }
  for (const file of await readdir(partial)) await rename(join(partial, file), join(debs, file));
}

async function findDeb(debs: string, name: string): Promise<string | undefined> {
  return (await readdir(debs)).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
}

async function readPackage(debs: string, name: string): Promise<DebianPackage> {
  const file = await findDeb(debs, name);
  if (!file) throw new Error(`apt-get download brought no ${name}`);
  const version = decodeURIComponent(file.split('_')[1] ?? '');
  const path = join(debs, file);
  return { name, version, bytes: new Uint8Array(await readFile(path)), path };
}

/** Standard output of a command that must succeed. */
function run(command: string, args: readonly string[], cwd?: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      reject(
        isMissing ? new Error(`${command} is needed to fetch base images; Debian and its relatives have it`) : error,
      );
    });
    child.on('close', (code) => {
      if (code === 0) return resolve(new Uint8Array(Buffer.concat(output)));
      reject(new Error(`${command} ${args.at(-1)} failed (${code}):\n${Buffer.concat(errors).toString().trim()}`));
    });
  });
}
