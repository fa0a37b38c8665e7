import { type Dockerfile, type DockerfileAst, lintDockerfile } from '../dockerfile/index.ts';
import type { ImageStore } from '../image/image-store.ts';
import { parseReference } from '../image/reference.ts';
import { BuildError } from './errors.ts';
import type { VertexWarning } from './progress.ts';
import { splitEnv } from './stage-state.ts';

/**
 * What the build checks find, as BuildKit reports it.
 * @param vertex digest of the vertex that read the Dockerfile
 */
export function lintWarnings(
  ast: DockerfileAst,
  dockerfile: Dockerfile,
  options: {
    readonly vertex: string;
    readonly images: ImageStore;
    readonly buildArgs: Readonly<Record<string, string>>;
  },
): { readonly warnings: readonly VertexWarning[]; readonly failure: BuildError | undefined } {
  const { vertex, images, buildArgs } = options;
  const baseEnvironment = (image: string) => {
    try {
      const found = images.resolve(parseReference(image));
      return found && ['PATH', ...(found.config.config?.Env ?? []).map((entry) => splitEnv(entry)[0])];
    } catch {
      // Not a reference: the build itself says so.
      return undefined;
    }
  };
  const { findings, failing } = lintDockerfile(ast, dockerfile, { buildArgs, baseEnvironment });
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
