import { describe, expect, it } from 'vitest';
import { clampSize, DEFAULT_SIZES, parseSizes, SIZE_LIMITS } from './sizes.ts';

describe('parseSizes', () => {
  it('takes what was remembered', () => {
    expect(parseSizes('{"lesson":33.5}')).toEqual({ ...DEFAULT_SIZES, lesson: 33.5 });
  });

  it.each(['not json', 'null', '[]', '{"lesson":"wide"}', '{"lesson":null}'])('falls back from %s', (stored) => {
    expect(parseSizes(stored)).toEqual(DEFAULT_SIZES);
  });

  it('keeps every region reachable', () => {
    expect(parseSizes('{"upper":-40,"xray":999}')).toMatchObject({
      upper: SIZE_LIMITS.upper.min,
      xray: SIZE_LIMITS.xray.max,
    });
    expect(clampSize('lesson', Number.MAX_VALUE)).toBe(SIZE_LIMITS.lesson.max);
  });
});
