import type { StepInputs } from './cache.ts';

/** More names than this are only counted. */
const NAMED = 3;

/**
 * Why a step was not taken from the cache, for people: what is different from the time before.
 * @param previous undefined if this step was never run in this build
 */
export function explainMiss(previous: StepInputs | undefined, current: StepInputs, noCache: boolean): string {
  if (noCache) return 'cache not used (--no-cache)';
  if (!previous) return 'first build';
  const reasons: string[] = [];
  if (previous.instruction !== current.instruction) reasons.push('instruction changed');
  const names = new Set([...Object.keys(previous.settings), ...Object.keys(current.settings)]);
  const settings = [...names].filter((name) => previous.settings[name] !== current.settings[name]);
  if (settings.length > 0) reasons.push(`${enumerate(settings)} changed`);
  if (previous.instruction === current.instruction) reasons.push(...explainFiles(previous.files, current.files));
  if (reasons.length > 0) return reasons.join(', ');
  if (previous.parent !== current.parent) return 'what it builds on changed';
  return 'not in the cache any more';
}

function explainFiles(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const changed = [...now].filter(([path, text]) => before.has(path) && before.get(path) !== text);
  const added = [...now.keys()].filter((path) => !before.has(path));
  const removed = [...before.keys()].filter((path) => !now.has(path));
  const parts: (readonly [string, readonly string[]])[] = [
    ['changed', changed.map(([path]) => path)],
    ['added', added],
    ['removed', removed],
  ];
  return parts.flatMap(([verb, paths]) => (paths.length > 0 ? [`${enumerate(paths)} ${verb}`] : []));
}

function enumerate(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ');
  return `${names.slice(0, NAMED - 1).join(', ')} and ${names.length - NAMED + 1} more`;
}
