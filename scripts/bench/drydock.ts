import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, startGroup, timed, until } from '../peers/process.ts';

/** `drydock serve` on a socket of its own. */
export async function startDrydock(): Promise<{ readonly host: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'));
  const host = `unix://${folder}/docker.sock`;
  const child = startGroup(process.execPath, ['engine/hosts/node/bin.mjs', 'serve', '--host', host]);
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
