import type { DockerfileAst } from '../ast.ts';
import type { Dockerfile, Stage } from '../instructions.ts';
import type { SourceRange } from '../range.ts';

/** What is known of a base image. */
export interface BaseImage {
  /** Names of the variables that it sets. */
  readonly variables: readonly string[];
  /** Whether it has a SHELL of its own. */
  readonly shell?: boolean;
  /** As `linux/386`. */
  readonly platform?: string;
}

/** What a rule looks at. The text alone is enough; what else is known finds more. */
export interface LintSubject {
  readonly ast: DockerfileAst;
  readonly dockerfile: Dockerfile;
  /** The stages that are to be built: of the others, only their FROM is looked at. */
  readonly stages: readonly Stage[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** A base image by its name in FROM; undefined if it is not known. */
  readonly base: (image: string) => BaseImage | undefined;
  /** Whether .dockerignore leaves a path (`a/b`, or `.`) out; undefined if that cannot be told. */
  readonly isIgnored: ((path: string) => boolean) | undefined;
  /** What the build is for, as `linux/386`; undefined if it is not known. */
  readonly platform: string | undefined;
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
  /** Only looked at where the `check` directive asks for it. */
  readonly experimental: boolean;
  check(subject: LintSubject): Iterable<Violation>;
}

/** A rule under BuildKit's name; its address follows from the name. */
export function rule(
  name: string,
  description: string,
  check: LintRule['check'],
  { experimental = false }: { readonly experimental?: boolean } = {},
): LintRule {
  const slug = name.replace(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3-$2$4').toLowerCase();
  return { name, url: `https://docs.docker.com/go/dockerfile/rule/${slug}/`, description, experimental, check };
}
