import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dockerd, startDockerd } from '../peers/dockerd.ts';
import { timed } from '../peers/process.ts';
import { startDrydock } from './drydock.ts';

export interface BothEngines {
  /** DOCKER_HOST of `drydock serve`. */
  readonly ours: string;
  readonly dockerd: Dockerd;
  /** For contexts and archives; removed at the end. */
  readonly folder: string;
}

/** The same client, asked with the same words, of either engine. */
export const docker = (host: string, args: readonly string[]) =>
  timed('docker', args, { DOCKER_HOST: host, DOCKER_BUILDKIT: '0' });

/** Starts both engines with one and the same alpine in them, and ends them. */
export async function withBothEngines<T>(work: (engines: BothEngines) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'));
  const drydock = await startDrydock();
  try {
    const dockerd = await startDockerd();
    try {
      const image = join(folder, 'alpine.tar');
      await docker(drydock.host, ['pull', 'alpine']);
      await docker(drydock.host, ['save', '-o', image, 'alpine']);
      await docker(dockerd.host, ['load', '-i', image]);
      return await work({ ours: drydock.host, dockerd, folder });
    } finally {
      await dockerd.stop();
    }
  } finally {
    await drydock.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
