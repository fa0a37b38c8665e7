import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const FOLDER = 'public/engine';

/**
 * Bundles the engine's worker as modules named by their content, and says in a manifest which one to start. What the
 * engine imports only when it needs it (`import()`) becomes modules of their own, beside it.
 * Apart from the site's own bundler, since that one turns module workers into something else.
 */
export async function buildWorker(): Promise<void> {
  const result = await build({
    entryPoints: { worker: 'engine/hosts/worker/main.ts' },
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    outdir: FOLDER,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[name]-[hash]',
    logLevel: 'warning',
  });
  const files = result.outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  const worker = files.find(({ name }) => name.startsWith('worker-'));
  if (!worker) throw new Error('esbuild gave no output for the worker');
  mkdirSync(FOLDER, { recursive: true });
  for (const old of readdirSync(FOLDER)) {
    if (!files.some(({ name }) => name === old)) rmSync(`${FOLDER}/${old}`);
  }
  for (const { name, contents } of files) writeFileSync(`${FOLDER}/${name}`, contents);
  writeFileSync(`${FOLDER}/manifest.json`, `${JSON.stringify({ worker: `/engine/${worker.name}` })}\n`);
}
