import { DockerfileError, formatExcerpt, interpretDockerfile, parseDockerfile } from '../dockerfile/index.ts';
import { canonicalName, parseReference } from '../image/reference.ts';
import { describePlan } from './build-plan.ts';
import { BuildRun } from './build-run.ts';
import { LastInputs } from './cache.ts';
import { findDockerfile } from './context.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { lintWarnings } from './lint-warnings.ts';
import { Reporter } from './reporter.ts';
import type { BuildEnvironment, BuildRequest, BuildResult } from './request.ts';
import { planStages } from './stage-graph.ts';

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
    const { images } = environment;
    const lint = { vertex: definition.digest, images, buildArgs: request.buildArgs ?? {} };
    const { warnings, failure } = lintWarnings(ast, dockerfile, lint);
    if (warnings.length > 0) reporter.emit({ warnings });
    if (failure) throw failure;
    const identity = JSON.stringify([references[0]?.tag ?? '', name, request.target ?? '']);
    const lastInputs = await LastInputs.open(environment.state, identity);
    const run = new BuildRun({
      request,
      environment,
      reporter,
      dockerfile,
      graph,
      lastInputs,
      dockerfileName: name,
      abort,
    });
    try {
      return await run.finish(
        references.map(({ reference }) => reference),
        warnings,
      );
    } finally {
      await lastInputs.save();
    }
  } catch (error) {
    throw describeFailure(error, name, text, request.signal);
  } finally {
    request.signal?.removeEventListener('abort', cancel);
  }
}

/** The build argument SOURCE_DATE_EPOCH goes before the environment's (reproducible-builds.org). */
function withEpoch(environment: BuildEnvironment, epoch: string | undefined): BuildEnvironment {
  if (epoch === undefined || epoch === '') return environment;
  if (!/^\d+$/.test(epoch)) throw new BuildError('invalid', `invalid SOURCE_DATE_EPOCH: ${epoch}`);
  const { images, state, fetch } = environment;
  return {
    images,
    state,
    pullImage: (reference, options) => environment.pullImage(reference, options),
    runStep: (step) => environment.runStep(step),
    now: () => environment.now(),
    ...(fetch ? { fetch } : {}),
    emit: (status) => environment.emit(status),
    sourceDateEpoch: Number(epoch),
  };
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
