/** One step of a shell pattern: a literal character, any one character, or any stretch of them. */
type Step = { readonly literal: string } | 'one' | 'many';

function stepsOf(pattern: string): Step[] {
  const steps: Step[] = [];
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index] ?? '';
    if (char === '*') steps.push('many');
    else if (char === '?') steps.push('one');
    else steps.push({ literal: char === '\\' ? (pattern[++index] ?? '\\') : char });
  }
  return steps;
}

/**
 * Every length that the pattern (`*`, `?` and `\`) matches from `start` on, ascending.
 * Follows all alternatives at once, so time is bounded by pattern times text, whatever the pattern.
 */
export function matchLengths(pattern: string, text: string, start: number): number[] {
  const steps = stepsOf(pattern);
  const lengths: number[] = [];
  let states = closure(new Set([0]), steps);
  for (let index = start; ; index++) {
    if (states.has(steps.length)) lengths.push(index - start);
    if (index === text.length || states.size === 0) return lengths;
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step === 'many') next.add(state);
      else if (step === 'one' || (step && step.literal === text[index])) next.add(state + 1);
    }
    states = closure(next, steps);
  }
}

/** A `*` may also match nothing. */
function closure(states: Set<number>, steps: readonly Step[]): Set<number> {
  for (const state of states) if (steps[state] === 'many') states.add(state + 1);
  return states;
}
