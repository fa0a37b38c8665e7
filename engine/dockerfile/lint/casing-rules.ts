import type { InstructionNode } from '../ast.ts';
import { type LintSubject, rule, type Violation } from './rule.ts';

function isLower(text: string): boolean {
  return text === text.toLowerCase();
}

function isUpper(text: string): boolean {
  return text === text.toUpperCase();
}

/** FROM's words as typed: image, `AS`, stage name. */
function fromNodes({ ast }: LintSubject): readonly InstructionNode[] {
  return ast.instructions.filter(({ keyword }) => keyword.value.toUpperCase() === 'FROM');
}

function* stageNameCasing(subject: LintSubject): Iterable<Violation> {
  for (const node of fromNodes(subject)) {
    const name = node.arguments.form === 'words' ? node.arguments.words[2] : undefined;
    if (name && !isLower(name.value)) {
      yield { message: `Stage name '${name.value}' should be lowercase`, range: node.range };
    }
  }
}

function* fromAsCasing(subject: LintSubject): Iterable<Violation> {
  for (const node of fromNodes(subject)) {
    const as = node.arguments.form === 'words' ? node.arguments.words[1] : undefined;
    const from = node.keyword.value;
    // Of `From`, ConsistentInstructionCasing tells.
    if (!as || !(isLower(from) ? !isLower(as.value) : isUpper(from) && !isUpper(as.value))) continue;
    yield { message: `'${as.value}' and '${from}' keywords' casing do not match`, range: node.range };
  }
}

function* consistentInstructionCasing({ dockerfile }: LintSubject): Iterable<Violation> {
  const nodes = dockerfile.stages.flatMap(({ from, instructions }) => [from, ...instructions].map(({ node }) => node));
  const keywords = nodes.map(({ keyword }) => keyword.value);
  const lower = keywords.filter(isLower).length > keywords.filter(isUpper).length;
  for (const { keyword, range } of nodes) {
    if (lower ? isLower(keyword.value) : isUpper(keyword.value)) continue;
    const majority = lower ? 'lowercase' : 'uppercase';
    yield { message: `Command '${keyword.value}' should match the case of the command majority (${majority})`, range };
  }
}

export const CASING_RULES = [
  rule('StageNameCasing', 'Stage names should be lowercase', stageNameCasing),
  rule('FromAsCasing', "The 'as' keyword should match the case of the 'from' keyword", fromAsCasing),
  rule(
    'ConsistentInstructionCasing',
    'All commands within the Dockerfile should use the same casing (either upper or lower)',
    consistentInstructionCasing,
  ),
];
