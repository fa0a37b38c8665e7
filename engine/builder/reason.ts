import type { Relation } from './align.ts';
import type { RememberedStep } from './history.ts';

/** More names than this are only counted. */
const NAMED = 3;
/** Characters of a step's name that a reason repeats. */
const LONGEST_NAME = 60;

/** How a step compares to the last build of the same thing. */
export interface StepComparison {
  /** Undefined if there was no such build, or it did not come to this stage. */
  readonly relation: Relation<RememberedStep> | undefined;
  readonly current: RememberedStep;
  /** What of the layers below is not what it was, if anything; see {@link StepTrail.disturbance}. */
  readonly disturbance: string | undefined;
}

/**
 * Why a step was not taken from the cache, for people.
 * @param noCache the option that forbade it, as `--no-cache`
 */
export function explainMiss(comparison: StepComparison, noCache: string | undefined): string {
  if (noCache !== undefined) return `${noCache} was given`;
  const { relation, current, disturbance } = comparison;
  if (!relation) return 'first build';
  const reasons = [ownChange(relation, current), disturbance].filter((reason) => reason !== undefined);
  if (reasons.length > 0) return reasons.join('; ');
  if (relation.kind === 'same') {
    const { reached, key } = relation.before;
    if (reached === 'nothing') return 'it was not reached the last time';
    if (key === current.key)
      return reached === 'end' ? 'no longer in the build cache' : 'it was not finished the last time';
  }
  return 'the layers below changed';
}

/** What is different about the step itself since the last build; undefined if nothing is. */
export function ownChange(relation: Relation<RememberedStep>, current: RememberedStep): string | undefined {
  if (relation.kind === 'new') return 'new instruction';
  if (relation.kind === 'edited') return 'instruction changed';
  const { before } = relation;
  if (before.reached === 'nothing') return undefined;
  const variables = changed(before.variables, current.variables).filter((name) => isUsed(name, current.text));
  const settings = changed(before.inputs.settings, current.inputs.settings);
  const names = [...new Set([...variables, ...settings])];
  const reasons = names.length > 0 ? [`${enumerate(names)} changed`] : [];
  // Variables that are put into text, or into a heredoc's file, have said it all.
  if (variables.length > 0 && before.inputs.instruction !== current.inputs.instruction) return reasons.join(', ');
  reasons.push(...fileChanges(before, current, variables.length > 0));
  if (reasons.length === 0 && before.inputs.instruction !== current.inputs.instruction) return 'instruction changed';
  return reasons.length > 0 ? reasons.join(', ') : undefined;
}

/** How a reason names a step above: `[2/4] COPY . .`. */
export function stepName(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

function changed(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]);
}

/** Whether `variable X` or `build argument X` is in a text as `$X` or `${X...}`. */
function isUsed(named: string, text: string): boolean {
  const name = named.slice(named.lastIndexOf(' ') + 1);
  return new RegExp(`\\$(${name}\\b|\\{${name}\\b)`).test(text);
}

function fileChanges(before: RememberedStep, current: RememberedStep, inlineToo: boolean): readonly string[] {
  if (before.files === 'counted' || current.files === 'counted') {
    const [then] = before.inputs.files.values();
    const [now] = current.inputs.files.values();
    const same = before.files === current.files && then === now;
    return same ? [] : ['some of its files changed'];
  }
  return explainFiles(withoutInline(before.inputs.files, inlineToo), withoutInline(current.inputs.files, inlineToo));
}

function withoutInline(files: ReadonlyMap<string, string>, inlineToo: boolean): ReadonlyMap<string, string> {
  return inlineToo ? new Map([...files].filter(([path]) => !path.startsWith('<<'))) : files;
}

function explainFiles(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly string[] {
  const both = [...now.keys()].filter((path) => before.has(path) && before.get(path) !== now.get(path));
  const content = both.filter((path) => contentOf(before.get(path)) !== contentOf(now.get(path)));
  const metadata = both.filter((path) => !content.includes(path));
  const added = topmost([...now.keys()].filter((path) => !before.has(path)));
  const removed = topmost([...before.keys()].filter((path) => !now.has(path)));
  return [
    content.length > 0 ? `${enumerate(content)} changed` : '',
    metadata.length > 0 ? `mode or owner of ${enumerate(metadata)} changed` : '',
    added.length > 0 ? `${enumerate(added)} added` : '',
    removed.length > 0 ? `${enumerate(removed)} removed` : '',
  ].filter((part) => part !== '');
}

/** Kind and content, without mode, owner and attributes (see describeSources). */
function contentOf(description = ''): string {
  const [kind] = description.split(' ', 1);
  return `${kind} ${description.slice(description.lastIndexOf(' ') + 1)}`;
}

/** Without what is inside of a directory that is named too. */
function topmost(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  return paths.filter((path) => {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (all.has(path.slice(0, slash))) return false;
    }
    return true;
  });
}

function enumerate(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ');
  return `${names.slice(0, NAMED - 1).join(', ')} and ${names.length - NAMED + 1} more`;
}
