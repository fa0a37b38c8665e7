import { ClassicOutput, classicMessage } from '../../builder/classic-output.ts';
import { BuildError } from '../../builder/errors.ts';
import { type SolveStatus, toRawJson } from '../../builder/progress.ts';
import type { BuildRequest, BuildResult } from '../../builder/request.ts';
import { systemClock } from '../../container/clock.ts';
import { tarToTree } from '../../files/tar/index.ts';
import { gunzip, isGzip } from '../../image/gzip.ts';
import { type BuildMessage, type BuildPruneResponse, PROGRESS_HEADER, PROGRESS_MESSAGE_ID } from '../types.ts';
import { pruneOptions } from './build-prune.ts';
import { buildRequest } from './build-query.ts';
import { badRequest, HttpError, json, notImplemented, statusOf } from './http-error.ts';
import { flag } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';
import { jsonLines } from './streams.ts';

async function build({ request, query, services }: RouteContext): Promise<Response> {
  if (query.get('remote')) throw notImplemented('building from a URL');
  if (query.get('version') === '2') throw notImplemented("BuildKit's session protocol (set DOCKER_BUILDKIT=0)");
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length === 0) throw badRequest('the build context is empty');
  const context = tarToTree(isGzip(body) ? await gunzip(body) : body);
  const progress = request.headers.get(PROGRESS_HEADER) === '1';
  return jsonLines(request, async (send, signal) => {
    const write = send as (message: BuildMessage) => void;
    const wanted = buildRequest(query, context, signal);
    if (progress) await tellProgress(wanted, services.build, write);
    else await tellClassic(wanted, services.build, write, flag(query, 'q'));
  });
}

type Build = (request: BuildRequest, emit: (status: SolveStatus) => void) => Promise<BuildResult>;
type Write = (message: BuildMessage) => void;

/** For Drydock's own client: the builder's events as they are. */
async function tellProgress(request: BuildRequest, build: Build, write: Write): Promise<void> {
  try {
    const { image, warnings, unusedBuildArgs } = await build(request, (status) =>
      write({ id: PROGRESS_MESSAGE_ID, aux: JSON.parse(toRawJson(status)) as unknown }),
    );
    write({ id: PROGRESS_MESSAGE_ID, aux: { result: { warnings, unusedBuildArgs } } });
    write({ aux: { ID: image.id } });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const { code, message, excerpt, vertex, process } = error;
    // Only this client understands the details, so they go beside the message and not into it.
    write({ id: PROGRESS_MESSAGE_ID, aux: { failure: { code, message, excerpt, vertex, process } } });
    write({ errorDetail: { ...(process && { code: process.exitCode }), message }, error: message });
  }
}

/** For Docker's own client: the classic builder's text. With `quiet`, nothing but the ID. */
async function tellClassic(request: BuildRequest, build: Build, write: Write, quiet: boolean): Promise<void> {
  let told = false;
  const output = new ClassicOutput((message) => {
    told = true;
    if (!quiet) write(message);
  });
  try {
    const result = await build({ ...request, stepwise: true }, (status) => output.progress(status));
    if (quiet) write({ stream: `${result.image.id}\n` });
    else output.succeeded(result);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    // As dockerd: a build that never came to its first step is a bad request.
    if (!told) throw new HttpError(statusOf(error), classicMessage(error));
    const code = error.process?.exitCode;
    const message = classicMessage(error);
    if (!quiet) output.failed(error);
    else write({ errorDetail: code === undefined ? { message } : { code, message }, error: message });
  }
}

export const buildRoutes: readonly Route[] = [
  route('POST', '/build', build),
  route('POST', '/build/prune', async ({ query, services }) => {
    const { ids, bytes } = await services.buildCache.prune(pruneOptions(query, systemClock()));
    services.containers.collectLayers();
    services.events.publish('builder', 'prune', '', { reclaimed: String(bytes) });
    return json({ CachesDeleted: ids.length > 0 ? ids : null, SpaceReclaimed: bytes } satisfies BuildPruneResponse);
  }),
  // A build is called off by closing its connection; there is no session to name here.
  route('POST', '/build/cancel', () => {
    throw notImplemented('cancelling a build by its ID');
  }),
];
