import {
  type Dockerfile,
  DockerfileError,
  formatExcerpt,
  interpretDockerfile,
  parseDockerfile,
} from '../dockerfile/index.ts';
import { canonicalName, parseReference, repositoryName } from '../image/reference.ts';
import { describePlan } from './build-plan.ts';
import { BuildRun } from './build-run.ts';
import { BuildContext, findDockerfile } from './context.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { exportImage } from './export-image.ts';
import type { LayerSolver } from './layer-step.ts';
import { lintWarnings } from './lint-warnings.ts';
import type { VertexWarning } from './progress.ts';
import { Reporter } from './reporter.ts';
import type { BuildEnvironment, BuildRequest, BuildResult } from './request.ts';
import { neededStages, planStages, type StageGraph } from './stage-graph.ts';
import { BuildMemory } from './stage-memory.ts';

/**
 * Builds an image from a Dockerfile and a context, tells of each step as it goes, and names the image.
 * A build that fails leaves the layers of the steps that did not, in the cache, and nothing else.
 * @throws BuildError for whatever stops it, with the place in the Dockerfile where there is one
 */
export async function build(request: BuildRequest, given: BuildEnvironment): Promise<BuildResult> {
  const environment = withEpoch(given, request.buildArgs?.SOURCE_DATE_EPOCH);
  const reporter = new Reporter((status) => environment.emit(status), environment.now);
  throwIfCanceled(request.signal);
  const references = (request.tags ?? []).map((tag) => ({ tag, reference: parseTag(tag) }));
  const definition = await reporter.vertex(
    `[internal] load build definition from ${request.dockerfilePath || 'Dockerfile'}`,
  );
  const { name, text } = await definition.during(async () => {
    const found = findDockerfile(request);
    definition.status('transferring dockerfile:', new TextEncoder().encode(found.text).length, 0, true);
    return found;
  });
  const abort = new AbortController();
  const cancel = () => abort.abort(request.signal?.reason);
  request.signal?.addEventListener('abort', cancel);
  try {
    const ast = parseDockerfile(text);
    const dockerfile = interpretDockerfile(ast);
    const graph = planStages(dockerfile, { target: request.target, buildArgs: request.buildArgs ?? {} });
    reporter.emit({ plan: describePlan(dockerfile, graph, { name, text }) });
    const context = await BuildContext.open(request, reporter, name);
    const { warnings, failure } = lintWarnings(ast, dockerfile, {
      vertex: definition.digest,
      images: environment.images,
      buildArgs: request.buildArgs ?? {},
      stages: neededStages(graph).map(({ stage }) => stage.index),
      ignore: context.ignore,
    });
    if (warnings.length > 0) reporter.emit({ warnings });
    if (failure) throw failure;
    const tags = references.map(({ reference }) => reference);
    const plan = { dockerfile, graph, name, context };
    return await buildStages({ request, environment, reporter, ...plan, tags, warnings, abort });
  } catch (error) {
    throw describeFailure(error, name, text, request.signal);
  } finally {
    request.signal?.removeEventListener('abort', cancel);
  }
}

/** Builds what a planned Dockerfile asks for, with what is to be kept and remembered of it. */
async function buildStages(build: {
  readonly request: BuildRequest;
  readonly environment: BuildEnvironment;
  readonly reporter: Reporter;
  readonly dockerfile: Dockerfile;
  readonly graph: StageGraph;
  /** The Dockerfile's. */
  readonly name: string;
  readonly context: BuildContext;
  readonly tags: readonly string[];
  readonly warnings: readonly VertexWarning[];
  readonly abort: AbortController;
}): Promise<BuildResult> {
  const { request, environment, reporter, name, tags, warnings, abort } = build;
  const { images, cache, history, now } = environment;
  const identity = {
    repository: tags[0] === undefined ? '' : repositoryName(parseReference(tags[0])),
    context: request.contextName ?? '',
    dockerfile: name,
  };
  const memory = new BuildMemory(await history.find(identity));
  const lease = images.lease();
  const uses = new Set<() => void>();
  const solver: LayerSolver = {
    images,
    cache,
    lease,
    now,
    signal: abort.signal,
    sourceDateEpoch: environment.sourceDateEpoch,
    onRecord: (id) => uses.add(cache.use(id)),
  };
  try {
    const run = new BuildRun({ ...build, memory, solver });
    const state = await run.solve();
    const vertex = await reporter.vertex('exporting to image');
    const image = await vertex.during(() => {
      const document = run.document(state, request.labels ?? {});
      return exportImage(images, { layers: state.layers, document, tags }, vertex);
    });
    return { image, tags, warnings, unusedBuildArgs: run.unusedBuildArgs() };
  } finally {
    await history.save(identity, memory.remembered(), now());
    for (const end of uses) end();
    await lease.release();
  }
}

/** The build argument SOURCE_DATE_EPOCH goes before the environment's (reproducible-builds.org). */
function withEpoch(environment: BuildEnvironment, epoch: string | undefined): BuildEnvironment {
  if (epoch === undefined || epoch === '') return environment;
  if (!/^\d+$/.test(epoch)) throw new BuildError('invalid', `invalid SOURCE_DATE_EPOCH: ${epoch}`);
  return { ...environment, sourceDateEpoch: Number(epoch) };
}

function parseTag(tag: string): string {
  try {
    return canonicalName(parseReference(tag));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError('invalid', `invalid tag ${JSON.stringify(tag)}: ${reason}`, { cause });
  }
}

/** Whatever was thrown, as a BuildError with the lines that it is about. */
function describeFailure(error: unknown, name: string, text: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted && !(error instanceof BuildError && error.code === 'canceled')) {
    return new BuildError('canceled', 'context canceled', { cause: error });
  }
  let failure = error;
  if (error instanceof DockerfileError) {
    failure = new BuildError('dockerfile', error.message, { range: error.range, cause: error });
  }
  if (!(failure instanceof BuildError) || !failure.range || failure.code === 'canceled') return failure;
  return failure.with({ excerpt: formatExcerpt(name, text, failure.range) });
}
