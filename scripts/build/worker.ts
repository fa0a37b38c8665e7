import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const FOLDER = 'public/engine';

/**
 * Bundles the engine's worker as one module named by its content, and says in a manifest which it is.
 * Apart from the site's own bundler, since that one turns module workers into something else.
 */
export async function buildWorker(): Promise<void> {
  const result = await build({
    entryPoints: ['engine/hosts/worker/main.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  const [output] = result.outputFiles;
  if (!output) throw new Error('esbuild gave no output for the worker');
  const name = `worker-${createHash('sha256').update(output.contents).digest('hex').slice(0, 12)}.js`;
  mkdirSync(FOLDER, { recursive: true });
  for (const old of readdirSync(FOLDER)) if (old !== name) rmSync(`${FOLDER}/${old}`);
  writeFileSync(`${FOLDER}/${name}`, output.contents);
  writeFileSync(`${FOLDER}/manifest.json`, `${JSON.stringify({ worker: `/engine/${name}` })}\n`);
}
