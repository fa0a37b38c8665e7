import { BuildError } from './errors.ts';

/** One step of a pattern. */
type Step =
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] }
  /** Any stretch without a slash. */
  | { readonly kind: 'star' }
  /** Nothing, or anything that ends in a slash: a double star and a slash. */
  | { readonly kind: 'directories' }
  /** Anything, slashes too: a double star at the end. */
  | { readonly kind: 'rest' };

/**
 * Go's `filepath.Match` on slash-separated paths: `*`, `?`, `[a-z]`, `[^a-z]`, `\`. With `doubleStar`, also the
 * `**` that .dockerignore has (Dockerfile reference, ".dockerignore file"). Follows all alternatives at once, so time
 * is bounded by pattern times path.
 * @throws BuildError `invalid` for a malformed pattern
 */
export function compilePathPattern(pattern: string, doubleStar: boolean): (path: string) => boolean {
  const steps = parse(pattern, doubleStar);
  return (path) => matches(steps, path);
}

/** Whether a path has characters that make it a pattern. */
export function hasWildcards(path: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*[*?[]/.test(path);
}

function parse(pattern: string, doubleStar: boolean): Step[] {
  const chars = Array.from(pattern);
  const steps: Step[] = [];
  for (let index = 0; index < chars.length; index++) {
    const char = chars[index] ?? '';
    if (char === '*' && doubleStar && chars[index + 1] === '*') {
      index++;
      if (chars[index + 1] === '/') index++;
      steps.push({ kind: index + 1 >= chars.length ? 'rest' : 'directories' });
    } else if (char === '*') {
      steps.push({ kind: 'star' });
    } else if (char === '?') {
      steps.push({ kind: 'class', negated: true, ranges: [['/', '/']] });
    } else if (char === '[') {
      const { step, end } = parseClass(chars, index, pattern);
      steps.push(step);
      index = end;
    } else {
      const literal = char === '\\' ? chars[++index] : char;
      if (literal === undefined) throw malformed(pattern);
      steps.push({ kind: 'class', negated: false, ranges: [[literal, literal]] });
    }
  }
  return steps;
}

function parseClass(chars: readonly string[], start: number, pattern: string): { step: Step; end: number } {
  const ranges: [string, string][] = [];
  let index = start + 1;
  const negated = chars[index] === '^';
  if (negated) index++;
  const next = (): string => {
    const char = chars[index] === '\\' ? chars[++index] : chars[index];
    if (
      char === undefined ||
      (char === ']' && chars[index - 1] !== '\\') ||
      (char === '-' && chars[index - 1] !== '\\')
    ) {
      throw malformed(pattern);
    }
    index++;
    return char;
  };
  while (chars[index] !== ']' || ranges.length === 0) {
    const low = next();
    if (chars[index] === '-') {
      index++;
      ranges.push([low, next()]);
    } else ranges.push([low, low]);
  }
  return { step: { kind: 'class', negated, ranges }, end: index };
}

function malformed(pattern: string): BuildError {
  return new BuildError('invalid', `syntax error in pattern: ${pattern}`);
}

/** State 2i stands before step i; 2i+1 is inside a `directories` step that has begun to match. */
function matches(steps: readonly Step[], path: string): boolean {
  const end = 2 * steps.length;
  let states = closure(steps, new Set([0]));
  for (const char of path) {
    const after = new Set<number>();
    for (const state of states) {
      const index = state >> 1;
      const step = steps[index];
      if (!step) continue;
      if (step.kind === 'rest') after.add(state);
      else if (step.kind === 'directories') {
        after.add(2 * index + 1);
        if (char === '/') after.add(2 * index + 2);
      } else if (step.kind === 'star') {
        if (char !== '/') after.add(state);
      } else if (step.ranges.some(([low, high]) => low <= char && char <= high) !== step.negated) {
        after.add(2 * index + 2);
      }
    }
    if (after.size === 0) return false;
    states = closure(steps, after);
  }
  return states.has(end);
}

/** Steps that may match nothing are also stepped over. */
function closure(steps: readonly Step[], states: Set<number>): Set<number> {
  for (const state of states) {
    const step = steps[state >> 1];
    if (step && step.kind !== 'class' && state % 2 === 0) states.add(state + 2);
  }
  return states;
}
