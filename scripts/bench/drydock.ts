import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, timed, until } from '../peers/process.ts';

/** `drydock serve` on a socket of its own. */
export async function startDrydock(): Promise<{ readonly host: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'));
  const host = `unix://${folder}/docker.sock`;
  const child = spawn(process.execPath, ['engine/hosts/node/bin.mjs', 'serve', '--host', host], {
    stdio: 'ignore',
    detached: true,
  });
  await until(
    async () => (await timed('docker', ['version'], { DOCKER_HOST: host })).output.includes('Server'),
    'drydock serve',
    60,
    child,
  );
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { host, stop };
}
