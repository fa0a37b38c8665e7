import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { GuestFile, GuestManifest } from '../../hosts/guest-manifest.ts';

export interface Products {
  readonly v86: string;
  readonly wasm: string;
  readonly bios: string;
  readonly vgaBios: string;
  readonly state: string;
}

const names: Readonly<Record<keyof Products, string>> = {
  v86: 'libv86',
  wasm: 'v86',
  bios: 'bios',
  vgaBios: 'vgabios',
  state: 'state',
};

/**
 * Puts the products into the site's static files, under names with a hash of their content so that browsers may keep them
 * for ever, and a manifest that names them. Files of earlier builds are removed.
 */
export async function publish(
  products: Products,
  { memory, kernel }: Pick<GuestManifest, 'memory' | 'kernel'>,
  directory: string,
): Promise<GuestManifest> {
  await mkdir(directory, { recursive: true });
  const files = {} as Record<keyof Products, GuestFile>;
  const kept = new Set(['manifest.json']);
  for (const part of Object.keys(names) as (keyof Products)[]) {
    const source = products[part];
    const bytes = await readFile(source);
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    const name = `${names[part]}-${hash}${extname(source)}`;
    kept.add(name);
    files[part] = { path: `guest/${name}`, size: bytes.length };
    if (await present(join(directory, name), bytes.length)) continue;
    await copyFile(source, join(directory, `${name}.part`));
    await rename(join(directory, `${name}.part`), join(directory, name));
  }
  const manifest: GuestManifest = { memory, kernel, files };
  await writeFile(join(directory, 'manifest.json.part'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(join(directory, 'manifest.json.part'), join(directory, 'manifest.json'));
  for (const name of await readdir(directory)) if (!kept.has(name)) await rm(join(directory, name), { force: true });
  return manifest;
}

async function present(path: string, size: number): Promise<boolean> {
  return stat(path).then(
    (found) => found.size === size,
    () => false,
  );
}
