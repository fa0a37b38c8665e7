import type { InstructionNode } from '../ast.ts';
import { type LintSubject, rule, type Violation } from './rule.ts';
import { scopedInstructions } from './scope.ts';

const SECRET = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
/** Words that make a name one that only speaks of a secret. */
const HARMLESS = /(?:_|^)(?:public|file|version)(?:_|$)/i;

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

function* jsonArgsRecommended(subject: LintSubject): Iterable<Violation> {
  for (const { instruction, scope } of scopedInstructions(subject)) {
    if (instruction.kind !== 'CMD' && instruction.kind !== 'ENTRYPOINT') continue;
    // Who has set a shell wants it.
    if (instruction.command.form === 'exec' || scope.hasShell) continue;
    const why = 'to prevent unintended behavior related to OS signals';
    const message = `JSON arguments recommended for ${instruction.node.keyword.value} ${why}`;
    yield { message, range: instruction.range };
  }
}

function* legacyKeyValueFormat({ stages }: LintSubject): Iterable<Violation> {
  for (const { node } of stages.flatMap(({ instructions }) => instructions)) {
    if (!hasLegacyPair(node)) continue;
    const name = node.keyword.value;
    const message = `"${name} key=value" should be used instead of legacy "${name} key value" format`;
    yield { message, range: node.range };
  }
}

function hasLegacyPair({ arguments: args }: InstructionNode): boolean {
  return args.form === 'pairs' && args.pairs.some(({ legacy }) => legacy);
}

function* secretsUsed({ stages }: LintSubject): Iterable<Violation> {
  for (const instruction of stages.flatMap(({ instructions }) => instructions)) {
    if (instruction.kind !== 'ARG' && instruction.kind !== 'ENV') continue;
    const names = instruction.kind === 'ARG' ? instruction.declarations : instruction.pairs;
    for (const { key } of names) {
      if (!SECRET.test(key.value) || HARMLESS.test(key.value)) continue;
      const what = `${instruction.kind} ${JSON.stringify(key.value)}`;
      yield { message: `Do not use ARG or ENV instructions for sensitive data (${what})`, range: instruction.range };
    }
  }
}

/** Comments straight above a stage or an argument describe it (docs.docker.com/reference/cli/docker/buildx/build, "Descriptions"). */
function* invalidDefinitionDescription({ dockerfile }: LintSubject): Iterable<Violation> {
  const arguments_ = [...dockerfile.globalArgs, ...dockerfile.stages.flatMap(({ instructions }) => instructions)];
  const definitions = [
    ...dockerfile.stages.map(({ from }) => ({ ...from, names: from.stageName ? [from.stageName.value] : [] })),
    ...arguments_.flatMap((instruction) =>
      instruction.kind === 'ARG'
        ? [{ ...instruction, names: instruction.declarations.map(({ key }) => key.value) }]
        : [],
    ),
  ];
  for (const { kind, node, range, names } of definitions) {
    const [first] = names;
    const described = node.comments.at(-1)?.split(' ')[0];
    if (first === undefined || described === undefined || names.includes(described)) continue;
    const example = names.length > 1 ? '<arg_key>' : first;
    yield { message: `Comment for ${kind} should follow the format: \`# ${example} <description>\``, range };
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
  rule(
    'InvalidDefinitionDescription',
    'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
    invalidDefinitionDescription,
    { experimental: true },
  ),
];
