import { DockerfileError } from '../error.ts';
import { expandWord, type Variables } from '../expand.ts';
import type { ArgInstruction, Dockerfile, Stage, StageInstruction } from '../instructions.ts';
import type { Word } from '../range.ts';
import type { LintSubject } from './rule.ts';

/** Set for every FROM, and in a stage once it says ARG (Dockerfile reference, "Automatic platform ARGs"). */
const AUTOMATIC = [
  ...['BUILD', 'TARGET'].flatMap((side) =>
    ['PLATFORM', 'OS', 'OSVERSION', 'ARCH', 'VARIANT'].map((part) => side + part),
  ),
  'TARGETSTAGE',
];

/** What goes before an instruction of a stage. */
export interface Scope {
  /** Undefined where the base image is not known, and so nothing can be said of what is set. */
  readonly variables: Variables | undefined;
  /** ARGs declared so far, with a value or without. */
  readonly args: ReadonlySet<string>;
  readonly hasShell: boolean;
  /** Whether there was a WORKDIR, in this stage or one that it is built on. */
  readonly hasWorkdir: boolean;
}

export interface ScopedInstruction {
  readonly stage: Stage;
  readonly instruction: StageInstruction;
  readonly scope: Scope;
}

/** The instructions of the stages that are to be built, each with what goes before it. */
export function* scopedInstructions(subject: LintSubject): Iterable<ScopedInstruction> {
  const { dockerfile, stages } = subject;
  const globals = globalVariables(subject, true);
  const named = new Map<string, Scope>();
  for (const stage of dockerfile.stages) {
    const image = tryExpand(stage.from.image, globals, dockerfile) ?? '';
    let scope = named.get(image) ?? scopeOf(image, subject);
    for (const instruction of stage.instructions) {
      if (stages.includes(stage)) yield { stage, instruction, scope };
      scope = after(instruction, scope, subject, globals);
    }
    if (stage.name !== undefined) named.set(stage.name, scope);
  }
}

function scopeOf(image: string, { base }: LintSubject): Scope {
  const known = image === 'scratch' ? { variables: [], shell: false } : base(image);
  const variables = known && new Map(['PATH', ...known.variables].map((name) => [name, name]));
  return { variables, args: new Set(), hasShell: known?.shell ?? false, hasWorkdir: false };
}

function after(instruction: StageInstruction, scope: Scope, subject: LintSubject, globals: Variables): Scope {
  switch (instruction.kind) {
    case 'SHELL':
      return { ...scope, hasShell: true };
    case 'WORKDIR':
      return { ...scope, hasWorkdir: true };
    case 'ENV': {
      const set = instruction.pairs.map(({ key, value }) => [key.value, value.value] as const);
      return { ...scope, variables: scope.variables && new Map([...scope.variables, ...set]) };
    }
    case 'ARG':
      return withArgs(instruction, scope, subject, globals);
    default:
      return scope;
  }
}

function withArgs(instruction: ArgInstruction, scope: Scope, { buildArgs }: LintSubject, globals: Variables): Scope {
  const args = new Set(scope.args);
  const variables = new Map(scope.variables);
  for (const { key, value } of instruction.declarations) {
    args.add(key.value);
    const text = buildArgs[key.value] ?? value?.value ?? globals.get(key.value);
    if (text !== undefined) variables.set(key.value, text);
  }
  return { ...scope, args, variables: scope.variables && variables };
}

/** Names of the ARGs before the first FROM, and of those that are set for every FROM. */
export function globalNames({ dockerfile }: LintSubject): readonly string[] {
  const declared = dockerfile.globalArgs.flatMap(({ declarations }) => declarations.map(({ key }) => key.value));
  return [...AUTOMATIC, ...declared];
}

/** The variables of FROM lines. @param given whether build arguments count, or defaults alone */
export function globalVariables({ dockerfile, buildArgs }: LintSubject, given: boolean): Variables {
  const set = new Map(AUTOMATIC.map((name) => [name, name]));
  for (const { key, value } of dockerfile.globalArgs.flatMap(({ declarations }) => declarations)) {
    const text = (given ? buildArgs[key.value] : undefined) ?? (value && tryExpand(value, set, dockerfile));
    if (text !== undefined) set.set(key.value, text);
  }
  return set;
}

/** Undefined for a word that cannot be expanded: the build itself says so. */
export function tryExpand(
  word: Word,
  variables: Variables,
  { escape: escapeChar }: Pick<Dockerfile, 'escape'>,
): string | undefined {
  try {
    return expandWord(word.value, { variables, escape: escapeChar });
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}

/** Names that are used in a word, and whether each is set. A word that cannot be expanded has those before what is wrong. */
export function variablesIn(
  word: Word,
  variables: Variables,
  options: { readonly escape: string; readonly keepQuotes?: boolean },
): ReadonlyMap<string, boolean> {
  const used = new Map<string, boolean>();
  try {
    expandWord(word.value, { ...options, variables, onVariable: (name, set) => used.set(name, set) });
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
  }
  return used;
}
