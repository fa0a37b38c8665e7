export { INSTRUCTION_NAMES } from './arguments.ts';
export type { DockerfileAst, Heredoc, InstructionNode } from './ast.ts';
export { DockerfileError, type DockerfileErrorCode } from './error.ts';
export { formatExcerpt } from './excerpt.ts';
export { type ExpandOptions, expandWord, expandWords, type Variables } from './expand.ts';
export { heredocText, parseHeredocMarker } from './heredoc.ts';
export type * from './instructions.ts';
export { interpretDockerfile, readDockerfile, readTrigger } from './interpret.ts';
export {
  type CheckResult,
  checkDockerfile,
  LINT_RULES,
  type LintFinding,
  type LintOptions,
  type LintResult,
  lintDockerfile,
} from './lint/lint.ts';
export type { BaseImage, LintRule } from './lint/rule.ts';
export { type Mount, type MountSpec, mountSource, parseMount } from './mount.ts';
export { parseDockerfile } from './parse.ts';
export type { Position, SourceRange, Word } from './range.ts';
