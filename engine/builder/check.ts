import { DockerfileError, formatExcerpt } from '../dockerfile/index.ts';
import { type Definition, define, readDockerfile } from './definition.ts';
import { BuildError } from './errors.ts';
import { describeOutline, describeTargets, type Outline, type Target } from './outline.ts';
import type { VertexWarning } from './progress.ts';
import { Reporter } from './reporter.ts';
import type { BuildEnvironment, BuildRequest } from './request.ts';

/** What `docker build --call` asks of a Dockerfile in the place of building it. */
export interface Inspection {
  readonly dockerfile: { readonly name: string; readonly text: string };
  readonly warnings: readonly VertexWarning[];
  /** Why it cannot be built, if that is plain already. */
  readonly error?: { readonly message: string; readonly excerpt?: string };
  /** Absent if it cannot be built. */
  readonly outline?: Outline;
  readonly targets?: readonly Target[];
}

/**
 * Looks at a Dockerfile without building anything.
 * @throws BuildError `dockerfile` if there is none
 */
export async function inspectBuild(
  request: BuildRequest,
  { images, now, emit }: Pick<BuildEnvironment, 'images' | 'now' | 'emit'>,
): Promise<Inspection> {
  const reporter = new Reporter(emit, now);
  const source = await readDockerfile(request, reporter);
  const { name, text } = source;
  const dockerfile = { name, text };
  let definition: Definition;
  try {
    definition = await define(request, images, reporter, source);
  } catch (error) {
    if (!(error instanceof BuildError) && !(error instanceof DockerfileError)) throw error;
    const { message, range } = error;
    const excerpt = range && { excerpt: formatExcerpt(name, text, range) };
    return { dockerfile, warnings: [], error: { message, ...excerpt } };
  }
  const { warnings, failure } = definition;
  return {
    dockerfile,
    warnings,
    ...(failure && { error: { message: failure.message } }),
    outline: describeOutline(definition.dockerfile, definition.graph, request.buildArgs ?? {}),
    targets: describeTargets(definition.dockerfile),
  };
}
