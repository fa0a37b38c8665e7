import { spawn } from 'node:child_process';
import type { RegularFile } from '../../../files/node.ts';
import { readTar, type TarEntry } from '../../../files/tar/index.ts';
import { type ControlFields, parseControl } from './control.ts';
import type { DebianPackage } from './fetch.ts';

/** What a package installs and says about itself. */
export interface UnpackedPackage {
  readonly name: string;
  readonly version: string;
  readonly fields: ControlFields;
  /** The control archive's other members by name: maintainer scripts, md5sums, conffiles, ... */
  readonly members: ReadonlyMap<string, TarEntry>;
  /** In the package's order, by names such as `./bin/ls`. */
  readonly entries: readonly TarEntry[];
}

/** @throws Error with dpkg-deb's words */
export async function unpackPackage({ name, version, path }: DebianPackage): Promise<UnpackedPackage> {
  const [control, files] = await Promise.all([dpkgDeb('--ctrl-tarfile', path), dpkgDeb('--fsys-tarfile', path)]);
  const members = new Map(
    readTar(control)
      .filter(({ type }) => type === 'file')
      .map((entry) => [entry.name.replace(/^\.\//, ''), entry]),
  );
  const own = members.get('control');
  if (!own) throw new Error(`${path} has no control file`);
  members.delete('control');
  return { name, version, fields: parseControl(textOf(own)), members, entries: readTar(files) };
}

/** A file out of a package, by its path without a leading slash. @throws Error if it is not there */
export function fileIn({ name, entries }: UnpackedPackage, path: string): RegularFile {
  const entry = entries.find((candidate) => candidate.name === `./${path}` && candidate.type === 'file');
  if (!entry) throw new Error(`the package ${name} has no ${path}`);
  return asFile(entry);
}

export function asFile({ mode, uid, gid, mtime, data }: TarEntry): RegularFile {
  return { kind: 'file', mode, uid, gid, mtime, data };
}

export function textOf({ data }: { readonly data: Uint8Array }): string {
  return new TextDecoder().decode(data);
}

/** Seconds since the epoch: the packages' own date, so that the same ones always give the same image. */
export function newestMtime(packages: readonly UnpackedPackage[]): number {
  let newest = 0;
  for (const { entries } of packages) for (const { mtime } of entries) newest = Math.max(newest, Math.floor(mtime));
  return newest;
}

/** `1:1.35.0-4+deb12u1` is upstream's 1.35.0. */
export function upstreamVersion({ version }: UnpackedPackage): string {
  return version
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[+~](dfsg|git|ds|really).*$/, '');
}

function dpkgDeb(what: string, path: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn('dpkg-deb', [what, path], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(new Uint8Array(Buffer.concat(output)));
      else reject(new Error(`dpkg-deb ${what} ${path} failed (${code}):\n${Buffer.concat(errors).toString().trim()}`));
    });
  });
}
