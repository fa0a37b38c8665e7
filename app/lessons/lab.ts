import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GuestManifest } from '../../engine/hosts/guest-manifest.ts';

/** Where the engine's parts lie on the site; null for what has not been built yet. */
export interface LabAssets {
  /** The bundled worker that runs the engine. */
  readonly worker: string | null;
  readonly guest: GuestManifest | null;
  /** The bundled editor: module, style sheet, worker. */
  readonly monaco: MonacoAssets | null;
}

export interface MonacoAssets {
  readonly script: string;
  readonly style: string;
  readonly worker: string;
}

/** Read while the site is built: names carry content hashes, so the page must be told them. */
export async function labAssets(): Promise<LabAssets> {
  const [engine, guest, monaco] = await Promise.all([
    manifest<{ readonly worker: string }>('engine'),
    manifest<GuestManifest>('guest'),
    manifest<MonacoAssets>('monaco'),
  ]);
  return { worker: engine?.worker ?? null, guest, monaco };
}

async function manifest<T>(folder: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path.join(process.cwd(), 'public', folder, 'manifest.json'), 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
