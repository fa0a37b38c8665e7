import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildMonaco } from './monaco.ts';

/** Everything that must lie in `public/` before `next build` or `next dev`, besides engine, guest and images. */
export async function prepareSite(root: string): Promise<void> {
  await buildMonaco(root);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await prepareSite(path.resolve(import.meta.dirname, '../..'));
}
