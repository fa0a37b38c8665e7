import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run, step } from './run.mjs';

const STAMP = 'node_modules/.drydock-lock-hash';

/** Installs the packages of package-lock.json, unless exactly these are installed. */
export async function npmPackages() {
  const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  // Not `npm ci`: that fails where a registry lacks the optional packages of other platforms, as a mirror may.
  await step('npm packages', () => run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']));
  writeFileSync(STAMP, wanted);
}
