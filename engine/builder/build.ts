import { DockerfileError, formatExcerpt } from '../dockerfile/index.ts';
import { canonicalName, parseReference, repositoryName } from '../image/reference.ts';
import { BuildRun } from './build-run.ts';
import { type Definition, define, readDockerfile } from './definition.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { exportBuild } from './export.ts';
import type { LayerSolver } from './layer-step.ts';
import { Reporter } from './reporter.ts';
import type { BuildEnvironment, BuildRequest, BuildResult } from './request.ts';
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
  const source = await readDockerfile(request, reporter);
  const { name, text } = source;
  const abort = new AbortController();
  const cancel = () => abort.abort(request.signal?.reason);
  request.signal?.addEventListener('abort', cancel);
  try {
    const definition = await define(request, environment.images, reporter, source);
    if (definition.failure) throw definition.failure;
    const tags = references.map(({ reference }) => reference);
    return await buildStages({ ...definition, request, environment, reporter, name, tags, abort });
  } catch (error) {
    throw describeFailure(error, name, text, request.signal);
  } finally {
    request.signal?.removeEventListener('abort', cancel);
  }
}

/** Builds what a planned Dockerfile asks for, with what is to be kept and remembered of it. */
async function buildStages(
  build: Definition & {
    readonly request: BuildRequest;
    readonly environment: BuildEnvironment;
    readonly reporter: Reporter;
    /** The Dockerfile's. */
    readonly name: string;
    readonly tags: readonly string[];
    readonly abort: AbortController;
  },
): Promise<BuildResult> {
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
    if (!request.stepwise) for (const image of request.cacheFrom ?? []) await tellNoCache(reporter, image);
    const run = new BuildRun({ ...build, memory, solver });
    const state = await run.solve();
    const built = { layers: state.layers, document: run.document(state, request.labels ?? {}), tags };
    const exported = await exportBuild(images, built, request.output ?? { kind: 'image' }, reporter);
    return { ...exported, tags, warnings, unusedBuildArgs: run.unusedBuildArgs() };
  } finally {
    await history.save(identity, memory.remembered(), now());
    for (const end of uses) end();
    await lease.release();
  }
}

/** As in BuildKit, a cache source that gives nothing stops no build. */
async function tellNoCache(reporter: Reporter, image: string): Promise<void> {
  const vertex = await reporter.vertex(`importing cache manifest from ${image}`);
  await vertex.during(async () => {
    const text = "images carry no cache of this engine's: its own is looked at in any case\n";
    vertex.log(2, new TextEncoder().encode(text));
  });
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
