import { describe, expect, it } from 'vitest';
import { allLessons } from './load.ts';
import { lessonSchema } from './schema.ts';

const valid = { title: 'A lesson', summary: 'You can do a thing.', minutes: 5, order: 1 };

describe('front matter', () => {
  it('fills in what may be left out', () => {
    expect(lessonSchema.parse(valid)).toEqual({ ...valid, images: [], open: 'Dockerfile', programs: [] });
  });

  it.each([
    ['a missing title', { ...valid, title: undefined }],
    ['an unknown field', { ...valid, tilte: 'x' }],
    ['no time at all', { ...valid, minutes: 0 }],
    ['a path out of the workspace', { ...valid, open: '../secret' }],
    ['an absolute path', { ...valid, open: '/etc/passwd' }],
    ['an empty part', { ...valid, open: 'a//b' }],
  ])('refuses %s', (_what, frontMatter) => {
    expect(lessonSchema.safeParse(frontMatter).success).toBe(false);
  });

  it('describes every field for authors', () => {
    for (const [name, field] of Object.entries(lessonSchema.shape)) {
      expect(field.description, name).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('the lessons of this repository', () => {
  it('can be loaded, each in its own place', async () => {
    const lessons = await allLessons();
    const orders = lessons.map(({ frontMatter }) => frontMatter.order);
    expect(orders).toEqual([...new Set(orders)].toSorted((a, b) => a - b));
    for (const { slug, frontMatter, workspace } of lessons) {
      const paths = workspace.map(({ path }) => path);
      expect(paths, slug).toContain(frontMatter.open);
    }
  });
});
