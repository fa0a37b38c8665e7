import { z } from 'zod';

/** A path inside the workspace: relative, without `.`, `..` or empty parts. */
const workspacePath = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.{0,2}(\/|$)).+$/, 'a relative path without "." and ".." parts');

/**
 * Front matter of a `lesson.mdx`. The descriptions are what authors are shown: keep them whole sentences.
 */
export const lessonSchema = z.strictObject({
  title: z.string().min(1).max(60).describe('The name of the lesson, as the course list and the page show it.'),
  summary: z.string().min(1).max(200).describe('One sentence that says what the learner can do afterwards.'),
  minutes: z.int().min(1).max(120).describe('How long the lesson takes a beginner, in minutes.'),
  order: z.int().min(1).describe('The place of the lesson in the course, counted from 1.'),
  images: z
    .array(z.string().min(1))
    .default([])
    .describe('Image references that the lesson pulls; each must be in the lab’s registry.'),
  open: workspacePath.default('Dockerfile').describe('The workspace file that the editor shows first.'),
  programs: z
    .array(
      z.strictObject({
        path: workspacePath.describe('Where the executable lies in the workspace.'),
        source: workspacePath.describe('The C file, beside lesson.mdx, that set-up compiles for the guest.'),
      }),
    )
    .default([])
    .describe('Executables of the workspace that set-up compiles, so that they need not be committed.'),
});

export type LessonFrontMatter = z.infer<typeof lessonSchema>;
