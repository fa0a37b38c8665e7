import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { bundleMDX } from 'mdx-bundler';
import { z } from 'zod';
import { type LessonFrontMatter, lessonSchema } from './schema.ts';

const LESSONS = path.join(process.cwd(), 'lessons');

/** A file that a lesson's workspace starts with: its text, or where the site serves its bytes. */
export type WorkspaceFile =
  | { readonly path: string; readonly mode: number; readonly text: string }
  | { readonly path: string; readonly mode: number; readonly url: string };

export interface Lesson {
  readonly slug: string;
  readonly frontMatter: LessonFrontMatter;
  /** The MDX compiled to the body of a function; see app/lessons/mdx.tsx. */
  readonly code: string;
  readonly workspace: readonly WorkspaceFile[];
}

export type LessonErrorCode = 'front-matter' | 'workspace';

/** A lesson folder that cannot be used, and why. */
export class LessonError extends Error {
  override readonly name = 'LessonError';
  readonly code: LessonErrorCode;
  readonly slug: string;
  constructor(code: LessonErrorCode, slug: string, message: string, options?: ErrorOptions) {
    super(`lessons/${slug}: ${message}`, options);
    this.code = code;
    this.slug = slug;
  }
}

/** Every folder of `lessons/` that holds a lesson.mdx. */
export async function lessonSlugs(): Promise<readonly string[]> {
  const folders = (await readdir(LESSONS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const present = await Promise.all(
    folders.map(async ({ name }) =>
      stat(path.join(LESSONS, name, 'lesson.mdx')).then(
        () => name,
        () => undefined,
      ),
    ),
  );
  return present.filter((name) => name !== undefined);
}

/** Every lesson in the order of the course. */
export async function allLessons(): Promise<readonly Lesson[]> {
  const lessons = await Promise.all((await lessonSlugs()).map(loadLesson));
  return lessons.toSorted((a, b) => a.frontMatter.order - b.frontMatter.order);
}

/** @throws {LessonError} with the schema's words about the field that is wrong. */
export async function loadLesson(slug: string): Promise<Lesson> {
  const folder = path.join(LESSONS, slug);
  const { code, frontmatter } = await bundleMDX({
    source: await readFile(path.join(folder, 'lesson.mdx'), 'utf8'),
    cwd: folder,
  });
  const checked = lessonSchema.safeParse(frontmatter);
  if (!checked.success) throw new LessonError('front-matter', slug, z.prettifyError(checked.error));
  const built = checked.data.programs.map((program) => ({
    path: program.path,
    mode: 0o755,
    url: `/lessons/${slug}/${program.path}`,
  }));
  return {
    slug,
    frontMatter: checked.data,
    code,
    workspace: [...(await textFiles(slug, path.join(folder, 'workspace'))), ...built],
  };
}

async function textFiles(slug: string, folder: string): Promise<readonly WorkspaceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const full = path.join(entry.parentPath, entry.name);
      const [bytes, { mode }] = await Promise.all([readFile(full), stat(full)]);
      try {
        return {
          path: path.relative(folder, full).split(path.sep).join('/'),
          mode: mode & 0o111 ? 0o755 : 0o644,
          text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
        };
      } catch (cause) {
        throw new LessonError('workspace', slug, `workspace/${entry.name} is not text`, { cause });
      }
    }),
  );
}
