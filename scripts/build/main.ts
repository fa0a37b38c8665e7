// The site as static files in out/: worker, lesson programs, pages, and their compressed forms.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { prepareSite } from '../site/prepare.ts';
import { hashOf } from './inputs.ts';
import { buildLessonPrograms } from './lesson-programs.ts';
import { precompress } from './precompress.ts';
import { buildWorker } from './worker.ts';

const STAMP = 'out/.inputs';
const INPUTS = [
  'app',
  'lessons',
  'public',
  'engine',
  'scripts/build',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'package-lock.json',
];

for (const [manifest, command] of [
  ['public/guest/manifest.json', 'npm run guest'],
  ['public/v2/catalog.json', 'npm run images'],
]) {
  if (manifest && !existsSync(manifest)) {
    console.error(`Drydock: ${manifest} is missing. Run: ${command}`);
    process.exit(1);
  }
}

await buildLessonPrograms();
await buildWorker();
await prepareSite(process.cwd());
const inputs = hashOf(INPUTS);
if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === inputs) {
  console.log('    the site is up to date');
} else {
  const next = spawnSync(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (next.status !== 0) process.exit(next.status ?? 1);
  await precompress('out');
  writeFileSync(STAMP, inputs);
}
