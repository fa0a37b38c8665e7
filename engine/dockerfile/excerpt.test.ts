import { expect, test } from 'vitest';
import { formatExcerpt } from './excerpt.ts';

const at = (line: number, last = line) => ({ start: { line, column: 1 }, end: { line: last, column: 2 } });

test('marks the line and shows up to two lines around it', () => {
  expect(formatExcerpt('Dockerfile', 'FROM alpine\n\nFORM x', at(3))).toBe(
    [
      'Dockerfile:3',
      '--------------------',
      '   1 |     FROM alpine',
      '   2 |     ',
      '   3 | >>> FORM x',
      '--------------------',
      '',
    ].join('\n'),
  );
});

test('shows one line around several marked ones, and the empty line after a last newline', () => {
  expect(formatExcerpt('d', 'a\nb\nc\nd\n', at(3, 4))).toBe(
    'd:3\n--------------------\n   2 |     b\n   3 | >>> c\n   4 | >>> d\n   5 |     \n--------------------\n',
  );
});
