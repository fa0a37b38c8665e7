import type { StageInstruction } from '../instructions.ts';
import type { Word } from '../range.ts';
import { suggest } from '../suggest.ts';
import { isImageName } from './image-name.ts';
import { type LintSubject, rule, type Violation } from './rule.ts';
import { globalNames, globalVariables, scopedInstructions, tryExpand, variablesIn } from './scope.ts';

function* undefinedArgInFrom(subject: LintSubject): Iterable<Violation> {
  const { dockerfile } = subject;
  const set = globalVariables(subject, true);
  const declared = globalNames(subject);
  for (const { from } of dockerfile.stages) {
    for (const word of [from.image, from.platform]) {
      for (const [name] of word ? variablesIn(word, set, dockerfile) : []) {
        if (declared.includes(name)) continue;
        const near = suggest(name, declared);
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
    const name = tryExpand(from.image, defaults, dockerfile);
    if (name === undefined || isImageName(name)) continue;
    const message = `Default value for ARG ${from.image.value} results in empty or invalid base image name`;
    yield { message, range: from.range };
  }
}

interface Use {
  readonly word: Word;
  /** Lines of a heredoc, in which quotes mean nothing and a backslash escapes. */
  readonly lines?: boolean;
}

/** The words of an instruction in which variables are put. */
function expandedWords(instruction: StageInstruction): readonly Use[] {
  switch (instruction.kind) {
    case 'ENV':
    case 'LABEL':
      return uses(instruction.pairs.flatMap(({ key, value }) => [key, value]));
    case 'COPY':
    case 'ADD': {
      const { sources, destination, chown, chmod, exclude, inlineFiles, range } = instruction;
      const checksum = instruction.kind === 'ADD' ? instruction.checksum : undefined;
      return [
        ...uses([...sources, destination, chown, chmod, checksum, ...exclude]),
        ...inlineFiles.flatMap(({ content, expand }) =>
          expand ? [{ word: { value: content, range }, lines: true }] : [],
        ),
      ];
    }
    case 'RUN':
      return uses(instruction.mounts.map(({ text }) => text));
    case 'WORKDIR':
      return uses([instruction.path]);
    case 'USER':
      return uses([instruction.user]);
    case 'EXPOSE':
      return uses(instruction.ports);
    case 'VOLUME':
      return uses(instruction.paths);
    case 'STOPSIGNAL':
      return uses([instruction.signal]);
    case 'ARG':
      return uses(instruction.declarations.map(({ value }) => value));
    default:
      return [];
  }
}

function uses(words: readonly (Word | undefined)[]): readonly Use[] {
  return words.flatMap((word) => (word ? [{ word }] : []));
}

function* undefinedVar(subject: LintSubject): Iterable<Violation> {
  const { escape: escapeChar } = subject.dockerfile;
  for (const { instruction, scope } of scopedInstructions(subject)) {
    const { variables, args } = scope;
    // Nothing can be said of a stage whose base is not known.
    if (!variables) continue;
    const used = expandedWords(instruction).flatMap(({ word, lines }) => [
      ...variablesIn(word, variables, lines ? { escape: '\\', keepQuotes: true } : { escape: escapeChar }),
    ]);
    for (const name of new Set(used.flatMap(([name, set]) => (set || args.has(name) ? [] : [name])))) {
      const near = suggest(name, [...variables.keys(), ...args]);
      const hint = near === undefined ? '' : ` (did you mean $${near}?)`;
      yield { message: `Usage of undefined variable '$${name}'${hint}`, range: instruction.range };
    }
  }
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
