import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookup } from '../files/tree.ts';
import { dockerignoreOf, filterTree, parseDockerignore } from './dockerignore.ts';
import { BuildError } from './errors.ts';
import { tree } from './testing/environment.ts';

const RUNS = { numRuns: 3000 };
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', '.a', 'a b'), { minLength: 1, maxLength: 4 })
  .map((names) => names.join('/'));
const part = fc.constantFrom(
  'a',
  'b',
  'ab',
  '.a',
  'a b',
  '*',
  '**',
  '***',
  '?',
  '[ab]',
  '[^a]',
  '[a-b]*',
  '\\a',
  'a*',
  '*b',
  '**b',
  'a**',
);
const pattern = fc
  .tuple(fc.boolean(), fc.boolean(), fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '/', ' '))
  .map(([exception, rooted, parts, end]) => `${exception ? '!' : ''}${rooted ? '/' : ''}${parts.join('/')}${end}`);

/** By the definition, trying everything: `*` any name's part, `**` any directories, `?` a character, classes. */
function slowMatch(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob.startsWith('**')) {
    const rest = glob.slice(2).replace(/^\//, '');
    if (rest === '') return true;
    const starts = [0, ...Array.from(text.matchAll(/\//g), ({ index }) => index + 1)];
    return starts.some((start) => slowMatch(rest, text.slice(start)));
  }
  const rest = glob.slice(1);
  const [char = ''] = text;
  if (glob.startsWith('*'))
    return slowMatch(rest, text) || (char !== '' && char !== '/' && slowMatch(glob, text.slice(1)));
  if (glob.startsWith('?')) return char !== '' && char !== '/' && slowMatch(rest, text.slice(1));
  if (glob.startsWith('\\')) return char === rest[0] && slowMatch(rest.slice(1), text.slice(1));
  const set = /^\[[^\]]+\]/.exec(glob)?.[0];
  if (set) return char !== '' && new RegExp(set).test(char) && slowMatch(glob.slice(set.length), text.slice(1));
  return char === glob[0] && slowMatch(rest, text.slice(1));
}

/** The last pattern that matches a path, or a directory above it, decides. */
function slowExcludes(patterns: readonly string[], wanted: string): boolean {
  let excluded = false;
  const names = wanted.split('/');
  for (const written of patterns) {
    const exception = written.startsWith('!');
    const glob = written
      .replace(/^!/, '')
      .trim()
      .replace(/^\/|\/$/g, '');
    if (names.some((_, index) => slowMatch(glob, names.slice(0, index + 1).join('/')))) excluded = !exception;
  }
  return excluded;
}

test('agrees with a matcher that tries everything', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 4 }),
      fc.array(path, { minLength: 1, maxLength: 6 }),
      (patterns, paths) => {
        const ignore = dockerignoreOf(patterns);
        for (const one of paths) expect(ignore.excludes(one), `${patterns} ${one}`).toBe(slowExcludes(patterns, one));
      },
    ),
    RUNS,
  );
});

test('what is left of a tree is what is not excluded', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 3 }),
      fc.array(path, { minLength: 1, maxLength: 6 }),
      (patterns, paths) => {
        const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
        const left = filterTree(tree(Object.fromEntries(files.map((file) => [file, 'x']))), dockerignoreOf(patterns));
        for (const file of files) expect(lookup(left, `/${file}`) === undefined).toBe(slowExcludes(patterns, file));
      },
    ),
    RUNS,
  );
});

test('any text at all is a file of patterns, or refused with a BuildError', { timeout: 60_000 }, () => {
  const text = fc.array(
    fc.oneof(fc.constantFrom('\n', '!', '#', '[', ']', '\\', '*', '/', '..', '\r\n', '\ufeff', '-', '^'), fc.string()),
  );
  fc.assert(
    fc.property(text, path, (pieces, one) => {
      try {
        parseDockerignore(pieces.join('')).excludes(one);
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
      }
    }),
    RUNS,
  );
});
