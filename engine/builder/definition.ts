import { type Dockerfile, type DockerfileAst, interpretDockerfile, parseDockerfile } from '../dockerfile/index.ts';
import type { ImageStore } from '../image/image-store.ts';
import { describePlan } from './build-plan.ts';
import { BuildContext, findDockerfile } from './context.ts';
import type { BuildError } from './errors.ts';
import { lintWarnings } from './lint-warnings.ts';
import type { VertexWarning } from './progress.ts';
import type { Reporter } from './reporter.ts';
import type { BuildRequest } from './request.ts';
import { neededStages, planStages, type StageGraph } from './stage-graph.ts';

/** A Dockerfile as it was read: its name in errors, and its text. */
export interface DockerfileSource {
  readonly name: string;
  readonly text: string;
  /** Digest of the vertex that read it. */
  readonly vertex: string;
}

/** What a Dockerfile comes to in one build, before anything is built. */
export interface Definition {
  readonly ast: DockerfileAst;
  readonly dockerfile: Dockerfile;
  readonly graph: StageGraph;
  readonly context: BuildContext;
  readonly warnings: readonly VertexWarning[];
  /** Set if the Dockerfile says that findings are errors. */
  readonly failure: BuildError | undefined;
}

/** @throws BuildError `dockerfile` if there is none */
export async function readDockerfile(request: BuildRequest, reporter: Reporter): Promise<DockerfileSource> {
  const named = request.dockerfilePath || 'Dockerfile';
  const vertex = await reporter.vertex(`[internal] load build definition from ${named}`);
  return vertex.during(async () => {
    const { name, text } = findDockerfile(request);
    vertex.status('transferring dockerfile:', new TextEncoder().encode(text).length, 0, true);
    return { name, text, vertex: vertex.digest };
  });
}

/**
 * Reads and plans a Dockerfile and looks at it with the build checks, telling what comes of it.
 * @throws BuildError, DockerfileError
 */
export async function define(
  request: BuildRequest,
  images: ImageStore,
  reporter: Reporter,
  source: DockerfileSource,
): Promise<Definition> {
  const { name, text, vertex } = source;
  const { buildArgs = {}, target, contexts = {} } = request;
  const ast = parseDockerfile(text);
  const dockerfile = interpretDockerfile(ast);
  const graph = planStages(dockerfile, { target, buildArgs, contexts });
  reporter.emit({ plan: describePlan(dockerfile, graph, { name, text }) });
  const context = await BuildContext.open(request, reporter, name);
  const stages = neededStages(graph).map(({ stage }) => stage.index);
  const options = { vertex, images, buildArgs, stages, ignore: context.ignore };
  const { warnings, failure } = lintWarnings(ast, dockerfile, options);
  if (warnings.length > 0) reporter.emit({ warnings });
  return { ast, dockerfile, graph, context, warnings, failure };
}
