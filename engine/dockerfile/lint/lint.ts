import type { DockerfileAst } from '../ast.ts';
import { DockerfileError } from '../error.ts';
import type { Dockerfile } from '../instructions.ts';
import { interpretDockerfile } from '../interpret.ts';
import { parseDockerfile } from '../parse.ts';
import type { SourceRange } from '../range.ts';
import { CASING_RULES } from './casing-rules.ts';
import { CONTEXT_RULES } from './context-rules.ts';
import { EXPOSE_RULES } from './expose-rules.ts';
import { FORM_RULES } from './form-rules.ts';
import { type CheckOptions, DEFAULT_CHECKS, isWanted, parseCheckOptions, withComments } from './options.ts';
import type { LintRule, LintSubject } from './rule.ts';
import { STAGE_RULES } from './stage-rules.ts';
import { VARIABLE_RULES } from './variable-rules.ts';

/** The one table of build checks: for a build's warnings, `docker build --check` and the editor. */
export const LINT_RULES: readonly LintRule[] = [
  ...CASING_RULES,
  ...STAGE_RULES,
  ...FORM_RULES,
  ...VARIABLE_RULES,
  ...EXPOSE_RULES,
  ...CONTEXT_RULES,
];

export interface LintFinding {
  readonly rule: Pick<LintRule, 'name' | 'url' | 'description'>;
  readonly message: string;
  readonly range: SourceRange;
}

/** What is known beside the text; each may be left out. */
export interface LintOptions {
  readonly base?: LintSubject['base'];
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Numbers of the stages that are to be built; without it, all. */
  readonly stages?: readonly number[];
  readonly isIgnored?: LintSubject['isIgnored'];
  readonly platform?: string;
}

export interface LintResult {
  /** By place. */
  readonly findings: readonly LintFinding[];
  /** Whether the Dockerfile says that findings are errors (`# check=error=true`). */
  readonly failing: boolean;
}

/** The build argument that goes before the `check` directive. */
const CHECK_ARGUMENT = 'BUILDKIT_DOCKERFILE_CHECK';

/**
 * Looks at a Dockerfile with every rule that its `check` directive, or a comment above the instruction, does not skip.
 * @throws DockerfileError `directive` for a `check` directive that cannot be read
 */
export function lintDockerfile(ast: DockerfileAst, dockerfile: Dockerfile, options: LintOptions = {}): LintResult {
  const { buildArgs = {}, stages, isIgnored, platform, base = () => undefined } = options;
  const checks = checksOf(ast, buildArgs);
  const wanted = stages ? dockerfile.stages.filter(({ index }) => stages.includes(index)) : dockerfile.stages;
  const subject: LintSubject = { ast, dockerfile, stages: wanted, buildArgs, base, isIgnored, platform };
  const comments = new Map(ast.instructions.map((node) => [node.range.start.line, node.comments]));
  const findings: LintFinding[] = [];
  let failing = false;
  for (const rule of LINT_RULES) {
    for (const violation of rule.check(subject)) {
      const own = withComments(checks, comments.get(violation.range.start.line) ?? []);
      if (!isWanted(rule, own)) continue;
      findings.push({ rule, ...violation });
      failing ||= own.error;
    }
  }
  findings.sort((a, b) => a.range.start.line - b.range.start.line);
  return { findings, failing };
}

/** What can be said of a Dockerfile's text: what keeps it from being built, or what its build checks find. */
export interface CheckResult extends LintResult {
  readonly error: DockerfileError | undefined;
}

/** Reads and checks a Dockerfile, for who has its text alone. Throws nothing. */
export function checkDockerfile(text: string, options: LintOptions = {}): CheckResult {
  try {
    const ast = parseDockerfile(text);
    return { ...lintDockerfile(ast, interpretDockerfile(ast), options), error: undefined };
  } catch (error) {
    if (error instanceof DockerfileError) return { findings: [], failing: false, error };
    throw error;
  }
}

function checksOf({ directives }: DockerfileAst, buildArgs: Readonly<Record<string, string>>): CheckOptions {
  const given = buildArgs[CHECK_ARGUMENT];
  if (given !== undefined) return parseCheckOptions(given);
  const directive = directives.find(({ name }) => name === 'check');
  return directive ? parseCheckOptions(directive.value, directive.range) : DEFAULT_CHECKS;
}
