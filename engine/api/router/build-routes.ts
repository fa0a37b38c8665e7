import { ClassicOutput, classicMessage } from '../../builder/classic-output.ts';
import { BuildError } from '../../builder/errors.ts';
import { encodeStatus, type SolveStatus, toBase64 } from '../../builder/progress.ts';
import type { BuildRequest, BuildResult } from '../../builder/request.ts';
import { systemClock } from '../../container/clock.ts';
import {
  type BuildMessage,
  type BuildPruneResponse,
  OUTPUT_MESSAGE_ID,
  PROGRESS_HEADER,
  PROGRESS_MESSAGE_ID,
} from '../types.ts';
import { readBuildBody } from './build-body.ts';
import { pruneOptions } from './build-prune.ts';
import { buildOptions } from './build-query.ts';
import { HttpError, json, notImplemented, statusOf } from './http-error.ts';
import { flag } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';
import type { RouterServices } from './services.ts';
import { jsonLines } from './streams.ts';

/** Bytes of a tar in one message. */
const OUTPUT_CHUNK = 192 * 1024;

async function build({ request, query, services }: RouteContext): Promise<Response> {
  if (query.get('version') === '2') throw notImplemented("BuildKit's session protocol (set DOCKER_BUILDKIT=0)");
  const remote = query.get('remote');
  const body = await readBuildBody(request, remote, services);
  const progress = request.headers.get(PROGRESS_HEADER) === '1';
  return jsonLines(request, async (send, signal) => {
    const write = send as Write;
    const wanted = { ...body, ...buildOptions(query, signal) };
    if (query.get('call')) await tellInspection(wanted, services, write);
    else if (progress) await tellProgress(wanted, services.build, write);
    else await tellClassic(wanted, services.build, write, flag(query, 'q'));
  });
}

type Build = (request: BuildRequest, emit: (status: SolveStatus) => void) => Promise<BuildResult>;
/** Resolves when there is room for more. */
type Write = (message: BuildMessage) => Promise<void>;

/** For Drydock's own client: the builder's events as they are. */
async function tellProgress(request: BuildRequest, build: Build, write: Write): Promise<void> {
  await failingInDetail(write, async () => {
    const { image, archive, warnings, unusedBuildArgs } = await build(request, (status) => tellStatus(status, write));
    await write({ id: PROGRESS_MESSAGE_ID, aux: { result: { warnings, unusedBuildArgs } } });
    for (let at = 0; archive && at < archive.length; at += OUTPUT_CHUNK) {
      await write({ id: OUTPUT_MESSAGE_ID, aux: toBase64(archive.subarray(at, at + OUTPUT_CHUNK)) });
    }
    if (image) await write({ aux: { ID: image.id } });
  });
}

/** For Drydock's own client: what a Dockerfile is, in the place of building it. */
async function tellInspection(request: BuildRequest, services: RouterServices, write: Write): Promise<void> {
  await failingInDetail(write, async () => {
    const inspection = await services.inspectBuild(request, (status) => tellStatus(status, write));
    await write({ id: PROGRESS_MESSAGE_ID, aux: { inspection } });
  });
}

function tellStatus(status: SolveStatus, write: Write): void {
  void write({ id: PROGRESS_MESSAGE_ID, aux: encodeStatus(status) });
}

async function failingInDetail(write: Write, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const { code, message, excerpt, vertex, process } = error;
    // Only this client understands the details, so they go beside the message and not into it.
    await write({ id: PROGRESS_MESSAGE_ID, aux: { failure: { code, message, excerpt, vertex, process } } });
    await write({ errorDetail: { ...(process && { code: process.exitCode }), message }, error: message });
  }
}

/** For Docker's own client: the classic builder's text. With `quiet`, nothing but the ID. */
async function tellClassic(request: BuildRequest, build: Build, write: Write, quiet: boolean): Promise<void> {
  let told = false;
  const output = new ClassicOutput((message) => {
    told = true;
    if (!quiet) void write(message);
  });
  try {
    const result = await build({ ...request, stepwise: true }, (status) => output.progress(status));
    if (quiet && result.image) write({ stream: `${result.image.id}\n` });
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
