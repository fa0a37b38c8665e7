import type { InstructionNode } from '../ast.ts';
import { type LintSubject, rule, type Violation } from './rule.ts';

const SECRET = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const PUBLIC = /(?:_|^)public(?:_|$)/i;

function* noEmptyContinuation({ ast }: LintSubject): Iterable<Violation> {
  for (const { emptyContinuation, range } of ast.instructions) {
    if (emptyContinuation) yield { message: 'Empty continuation line', range };
  }
}

function* maintainerDeprecated({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const { kind, range } of dockerfile.stages.flatMap(({ instructions }) => instructions)) {
    if (kind === 'MAINTAINER') {
      yield { message: 'Maintainer instruction is deprecated in favor of using label', range };
    }
  }
}

function* jsonArgsRecommended({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const { instructions } of dockerfile.stages) {
    for (const [index, instruction] of instructions.entries()) {
      if (instruction.kind !== 'CMD' && instruction.kind !== 'ENTRYPOINT') continue;
      if (instruction.command.form === 'exec') continue;
      // Who has set a shell wants it.
      if (instructions.slice(0, index).some(({ kind }) => kind === 'SHELL')) continue;
      const why = 'to prevent unintended behavior related to OS signals';
      yield { message: `JSON arguments recommended for ${instruction.kind} ${why}`, range: instruction.range };
    }
  }
}

function* legacyKeyValueFormat({ ast }: LintSubject): Iterable<Violation> {
  for (const node of ast.instructions) {
    if (!hasLegacyPair(node)) continue;
    const name = node.keyword.value.toUpperCase();
    const message = `"${name} key=value" should be used instead of legacy "${name} key value" format`;
    yield { message, range: node.range };
  }
}

function hasLegacyPair({ arguments: args }: InstructionNode): boolean {
  return args.form === 'pairs' && args.pairs.some(({ legacy }) => legacy);
}

function* secretsUsed({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const instruction of dockerfile.stages.flatMap(({ instructions }) => instructions)) {
    if (instruction.kind !== 'ARG' && instruction.kind !== 'ENV') continue;
    const names = instruction.kind === 'ARG' ? instruction.declarations : instruction.pairs;
    for (const { key } of names) {
      if (!SECRET.test(key.value) || PUBLIC.test(key.value)) continue;
      const what = `${instruction.kind} ${JSON.stringify(key.value)}`;
      yield { message: `Do not use ARG or ENV instructions for sensitive data (${what})`, range: instruction.range };
    }
  }
}

export const FORM_RULES = [
  rule('NoEmptyContinuation', 'Empty continuation lines will become errors in a future release', noEmptyContinuation),
  rule(
    'MaintainerDeprecated',
    'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
    maintainerDeprecated,
  ),
  rule(
    'JSONArgsRecommended',
    'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
    jsonArgsRecommended,
  ),
  rule(
    'LegacyKeyValueFormat',
    'Legacy key/value format with whitespace separator should not be used',
    legacyKeyValueFormat,
  ),
  rule('SecretsUsedInArgOrEnv', 'Sensitive data should not be used in the ARG or ENV commands', secretsUsed),
];
