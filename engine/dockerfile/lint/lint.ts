import type { DockerfileAst } from '../ast.ts';
import type { Dockerfile } from '../instructions.ts';
import type { SourceRange } from '../range.ts';
import { CASING_RULES } from './casing-rules.ts';
import { FORM_RULES } from './form-rules.ts';
import type { LintRule, LintSubject } from './rule.ts';
import { STAGE_RULES } from './stage-rules.ts';
import { VARIABLE_RULES } from './variable-rules.ts';

/** The one table of build checks: for a build's warnings, `docker build --check` and the editor. */
export const LINT_RULES: readonly LintRule[] = [...CASING_RULES, ...STAGE_RULES, ...FORM_RULES, ...VARIABLE_RULES];

export interface LintFinding {
  readonly rule: Pick<LintRule, 'name' | 'url' | 'description'>;
  readonly message: string;
  readonly range: SourceRange;
}

export interface LintOptions {
  /** As {@link LintSubject.baseEnvironment}; without it, no base image is known. */
  readonly baseEnvironment?: LintSubject['baseEnvironment'];
  readonly buildArgs?: Readonly<Record<string, string>>;
}

export interface LintResult {
  /** By place. */
  readonly findings: readonly LintFinding[];
  /** Whether the Dockerfile says that findings are errors (`# check=error=true`). */
  readonly failing: boolean;
}

/** Looks at a Dockerfile with every rule that its `check` directive does not skip. */
export function lintDockerfile(ast: DockerfileAst, dockerfile: Dockerfile, options: LintOptions = {}): LintResult {
  const { skip, error } = checkDirective(ast);
  const baseEnvironment = options.baseEnvironment ?? (() => undefined);
  const subject: LintSubject = { ast, dockerfile, baseEnvironment, buildArgs: options.buildArgs ?? {} };
  const rules = LINT_RULES.filter(({ name }) => !skip.has('all') && !skip.has(name.toLowerCase()));
  const findings = rules.flatMap((rule) => [...rule.check(subject)].map((violation) => ({ rule, ...violation })));
  findings.sort((a, b) => a.range.start.line - b.range.start.line);
  return { findings, failing: error && findings.length > 0 };
}

/** `# check=skip=A,B;error=true` (docs.docker.com/build/checks). */
function checkDirective(ast: DockerfileAst): { readonly skip: ReadonlySet<string>; readonly error: boolean } {
  const text = ast.directives.find(({ name }) => name === 'check')?.value ?? '';
  const options = new Map(
    text.split(';').map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim().toLowerCase(), value.trim()];
    }),
  );
  const skip = (options.get('skip') ?? '').split(',').map((name) => name.trim().toLowerCase());
  return { skip: new Set(skip), error: options.get('error')?.toLowerCase() === 'true' };
}
