import path from 'node:path';
import { build } from 'esbuild';
import type { LabOptions } from './lab-host.ts';

let program: Promise<string> | undefined;

/** The inline script that starts the engine of a lesson page; see boot.ts. Made while the site is built. */
export async function bootScript(options: LabOptions): Promise<string> {
  program ??= bundle();
  // `<` escaped, so that no text of a workspace can end the script element.
  const data = JSON.stringify(options).replaceAll('<', '\\u003c');
  return `globalThis.__drydockLab=${data};${await program}`;
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(process.cwd(), 'app/engine/boot.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  });
  return (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script');
}
