import type { DockerfileAst } from '../ast.ts';
import type { Dockerfile } from '../instructions.ts';
import type { SourceRange } from '../range.ts';

/** What a rule looks at. */
export interface LintSubject {
  readonly ast: DockerfileAst;
  readonly dockerfile: Dockerfile;
  /** Variables that a base image sets, by the name in FROM; undefined if the image is not known. */
  readonly baseEnvironment: (image: string) => readonly string[] | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
}

export interface Violation {
  readonly message: string;
  readonly range: SourceRange;
}

/** A build check (docs.docker.com/reference/build-checks). */
export interface LintRule {
  /** BuildKit's. */
  readonly name: string;
  readonly url: string;
  readonly description: string;
  check(subject: LintSubject): Iterable<Violation>;
}

/** A rule under BuildKit's name; its address follows from the name. */
export function rule(name: string, description: string, check: LintRule['check']): LintRule {
  const slug = name.replace(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3-$2$4').toLowerCase();
  return { name, url: `https://docs.docker.com/go/dockerfile/rule/${slug}/`, description, check };
}
