import { type BaseImage, type Dockerfile, type DockerfileAst, lintDockerfile } from '../dockerfile/index.ts';
import type { ImageStore } from '../image/image-store.ts';
import { parseReference } from '../image/reference.ts';
import type { Dockerignore } from './dockerignore.ts';
import { BuildError } from './errors.ts';
import { PLATFORM } from './platform.ts';
import type { VertexWarning } from './progress.ts';
import { splitEnv } from './stage-state.ts';

export interface LintContext {
  /** Digest of the vertex that read the Dockerfile. */
  readonly vertex: string;
  readonly images: ImageStore;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Numbers of the stages that are to be built; without it, all. */
  readonly stages?: readonly number[];
  /** Undefined if the context has no .dockerignore. */
  readonly ignore: Dockerignore | undefined;
}

/** What the build checks find, as BuildKit reports it. @throws DockerfileError `directive` */
export function lintWarnings(
  ast: DockerfileAst,
  dockerfile: Dockerfile,
  { vertex, images, ignore, ...options }: LintContext,
): { readonly warnings: readonly VertexWarning[]; readonly failure: BuildError | undefined } {
  const { findings, failing } = lintDockerfile(ast, dockerfile, {
    ...options,
    platform: `${PLATFORM.os}/${PLATFORM.architecture}`,
    base: (image) => baseImage(images, image),
    // With exceptions, what is left out cannot be told from the path alone.
    ...(ignore && !ignore.hasExceptions ? { isIgnored: (path) => isIgnored(ignore, path) } : {}),
  });
  const warnings = findings.map(
    ({ rule, message, range }): VertexWarning => ({
      vertex,
      level: 1,
      short: `${rule.name}: ${message} (line ${range.start.line})`,
      detail: [rule.description],
      url: rule.url,
      rule: rule.name,
      range: { start: range.start.line, end: range.end.line },
    }),
  );
  const names = [...new Set(findings.map(({ rule }) => rule.name))].sort().join(', ');
  const failure = failing
    ? new BuildError('dockerfile', `lint violation found for rules: ${names}`, { range: findings[0]?.range })
    : undefined;
  return { warnings, failure };
}

function baseImage(images: ImageStore, name: string): BaseImage | undefined {
  try {
    const found = images.resolve(parseReference(name));
    if (!found) return undefined;
    const { os, architecture, variant, config = {} } = found.config;
    return {
      variables: (config.Env ?? []).map((entry) => splitEnv(entry)[0]),
      shell: (config.Shell ?? []).length > 0,
      platform: [os, architecture, ...(variant ? [variant] : [])].join('/'),
    };
  } catch {
    // Not a reference: the build itself says so.
    return undefined;
  }
}

/** The context as a whole is left out only by a pattern for everything. */
function isIgnored(ignore: Dockerignore, path: string): boolean {
  return path === '.' ? ignore.excludesAll : ignore.excludes(path);
}
