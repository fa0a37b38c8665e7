import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { buildLessonPrograms } from './build/lesson-programs.ts';
import { buildWorker } from './build/worker.ts';
import { prepareSite } from './site/prepare.ts';

const REBUILD_AFTER_MS = 150;

await buildLessonPrograms();
await buildWorker();
await prepareSite(process.cwd());

let timer: NodeJS.Timeout | undefined;
watch('engine', { recursive: true }, (_event, file) => {
  if (!file?.endsWith('.ts') || file.endsWith('.test.ts')) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    buildWorker().then(
      () => console.log('engine worker rebuilt: reload the page'),
      (error: unknown) => console.error('engine worker not rebuilt:', error instanceof Error ? error.message : error),
    );
  }, REBUILD_AFTER_MS);
});

const next = spawn(
  process.execPath,
  ['node_modules/next/dist/bin/next', 'dev', '--hostname', '127.0.0.1', '--port', process.env.PORT ?? '3000'],
  {
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  },
);
next.on('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => next.kill(signal));
