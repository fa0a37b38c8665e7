import { DockerfileError } from '../error.ts';
import { expandWord } from '../expand.ts';
import type { Dockerfile, StageInstruction } from '../instructions.ts';
import type { Word } from '../range.ts';
import { suggest } from '../suggest.ts';
import { type LintSubject, rule, type Violation } from './rule.ts';

/** Set for every FROM, and in a stage once it says ARG (Dockerfile reference, "Automatic platform ARGs"). */
const AUTOMATIC = ['BUILD', 'TARGET'].flatMap((side) =>
  ['PLATFORM', 'OS', 'OSVERSION', 'ARCH', 'VARIANT'].map((part) => side + part),
);

/** Names that are used in a word and not among those that are set. A word that cannot be expanded has none. */
function unsetIn(word: Word, set: ReadonlyMap<string, string>, escapeChar: string): readonly string[] {
  const unset: string[] = [];
  try {
    const onVariable = (name: string, isSet: boolean) => {
      if (!isSet) unset.push(name);
    };
    expandWord(word.value, { variables: set, escape: escapeChar, onVariable });
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
  }
  return unset;
}

function globalVariables({ dockerfile, buildArgs }: LintSubject, withBuildArgs = true): Map<string, string> {
  const set = new Map(AUTOMATIC.map((name) => [name, name]));
  for (const { key, value } of dockerfile.globalArgs.flatMap(({ declarations }) => declarations)) {
    const text = (withBuildArgs ? buildArgs[key.value] : undefined) ?? (value && tryExpand(value, set, dockerfile));
    set.set(key.value, text ?? '');
  }
  return set;
}

function tryExpand(word: Word, variables: ReadonlyMap<string, string>, dockerfile: Dockerfile): string | undefined {
  try {
    return expandWord(word.value, { variables, escape: dockerfile.escape });
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}

function* undefinedArgInFrom(subject: LintSubject): Iterable<Violation> {
  const { dockerfile } = subject;
  const set = globalVariables(subject);
  for (const { from } of dockerfile.stages) {
    for (const word of [from.image, from.platform]) {
      for (const name of word ? unsetIn(word, set, dockerfile.escape) : []) {
        const near = suggest(name, [...set.keys()]);
        const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
        yield { message: `FROM argument '${name}' is not declared${hint}`, range: from.range };
      }
    }
  }
}

function* invalidDefaultArgInFrom(subject: LintSubject): Iterable<Violation> {
  const { dockerfile } = subject;
  const defaults = globalVariables(subject, false);
  for (const { from } of dockerfile.stages) {
    const { value } = from.image;
    if (!value.includes('$') || unsetIn(from.image, defaults, dockerfile.escape).length > 0) continue;
    const name = tryExpand(from.image, defaults, dockerfile) ?? '';
    if (name !== '' && !/^[:@]|[:@]$|\/\/|^-|-$/.test(name)) continue;
    yield { message: `Default value for ARG ${value} results in empty or invalid base image name`, range: from.range };
  }
}

/** The words of an instruction in which variables are put. */
function expandedWords(instruction: StageInstruction): readonly Word[] {
  switch (instruction.kind) {
    case 'ENV':
    case 'LABEL':
      return instruction.pairs.flatMap(({ key, value }) => [key, value]);
    case 'COPY':
    case 'ADD':
      return [
        ...instruction.sources,
        instruction.destination,
        ...[instruction.chown, instruction.chmod].flatMap((word) => (word ? [word] : [])),
      ];
    case 'WORKDIR':
      return [instruction.path];
    case 'USER':
      return [instruction.user];
    case 'EXPOSE':
      return instruction.ports;
    case 'VOLUME':
      return instruction.paths;
    case 'STOPSIGNAL':
      return [instruction.signal];
    case 'ARG':
      return instruction.declarations.flatMap(({ value }) => (value ? [value] : []));
    default:
      return [];
  }
}

function* undefinedVar(subject: LintSubject): Iterable<Violation> {
  const { dockerfile, baseEnvironment } = subject;
  const globals = globalVariables(subject);
  const ofStage = new Map<string, ReadonlyMap<string, string> | undefined>();
  for (const stage of dockerfile.stages) {
    const image = tryExpand(stage.from.image, globals, dockerfile) ?? '';
    const inherited = ofStage.has(image.toLowerCase())
      ? ofStage.get(image.toLowerCase())
      : toMap(image === 'scratch' ? ['PATH'] : baseEnvironment(image));
    const env = inherited && new Map(inherited);
    const args = new Map<string, string>();
    for (const instruction of stage.instructions) {
      const set = new Map([...args, ...(env ?? [])]);
      // Nothing can be said of a stage whose base is not known.
      const words = env ? expandedWords(instruction) : [];
      for (const name of new Set(words.flatMap((word) => unsetIn(word, set, dockerfile.escape)))) {
        const near = suggest(name, [...set.keys()]);
        const hint = near === undefined ? '' : ` (did you mean $${near}?)`;
        yield { message: `Usage of undefined variable '$${name}'${hint}`, range: instruction.range };
      }
      if (instruction.kind === 'ENV') for (const { key } of instruction.pairs) env?.set(key.value, 'x');
      if (instruction.kind === 'ARG') for (const { key } of instruction.declarations) args.set(key.value, 'x');
    }
    // ARGs go on into the stages that build on this one, as ENV does.
    if (stage.name !== undefined) ofStage.set(stage.name, env && new Map([...args, ...env]));
  }
}

function toMap(names: readonly string[] | undefined): ReadonlyMap<string, string> | undefined {
  return names && new Map(names.map((name) => [name, 'x']));
}

export const VARIABLE_RULES = [
  rule('UndefinedArgInFrom', 'FROM command must use declared ARGs', undefinedArgInFrom),
  rule(
    'InvalidDefaultArgInFrom',
    'Default value for global ARG results in an empty or invalid base image name',
    invalidDefaultArgInFrom,
  ),
  rule('UndefinedVar', 'Variables should be defined before their use', undefinedVar),
];
