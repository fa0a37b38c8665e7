import path from 'node:path';
import { build } from 'esbuild';
import type { LabOptions } from './lab-host.ts';

let program: Promise<string> | undefined;

/** The inline script that starts the engine of a lesson page; see boot.ts. Made while the site is built. */
export async function bootScript(options: LabOptions): Promise<string> {
  program ??= bundle();
  // `<` escaped, so that no text of a workspace can end the script element.
  const data = JSON.stringify({ ...options, soon: soonWanted(options) }).replaceAll('<', '\\u003c');
  return `globalThis.__drydockLab=${data};${await program}`;
}

/** Only names with a content hash may be asked for twice: any host lets a browser keep those. */
function soonWanted({ assets: { worker, guest } }: LabOptions): readonly string[] {
  // A development server lets nothing be kept.
  if (process.env.NODE_ENV !== 'production' || !worker || !guest) return [];
  const { state, wasm, v86 } = guest.files;
  return [worker, ...[state, wasm, v86].map(({ path }) => `/${path}`)];
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
