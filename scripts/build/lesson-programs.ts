import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { compileStatic } from '../../engine/guest/build/compile-static.ts';

/** Compiles each lesson's `app.c` into the executable that its workspace starts with. */
export async function buildLessonPrograms(): Promise<void> {
  for (const lesson of readdirSync('lessons', { withFileTypes: true })) {
    const source = `lessons/${lesson.name}/app.c`;
    if (!lesson.isDirectory() || !existsSync(source)) continue;
    mkdirSync(`public/lessons/${lesson.name}`, { recursive: true });
    await compileStatic([source], `public/lessons/${lesson.name}/app`);
  }
}
