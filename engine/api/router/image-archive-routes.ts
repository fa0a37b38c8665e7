import { rfc3339Nano, systemClock } from '../../container/clock.ts';
import { applyChanges } from '../../container/commit-changes.ts';
import { tarBody } from '../../files/tar/write.ts';
import { loadImages } from '../../image/archive/load.ts';
import { saveImages } from '../../image/archive/save.ts';
import { shortId } from '../../image/digest.ts';
import { importImage } from '../../image/import.ts';
import { parsePlatform } from '../../image/platform.ts';
import { parseReference, type Reference } from '../../image/reference.ts';
import type { JsonMessage } from '../types.ts';
import { badRequest, HttpError } from './http-error.ts';
import { jsonPlatform } from './platform.ts';
import { flag } from './query.ts';
import { pull } from './registry-routes.ts';
import { type Route, type RouteContext, route } from './route.ts';
import { jsonLines } from './streams.ts';

async function save({ params, query, services }: RouteContext): Promise<Response> {
  const names = params.name ? [params.name] : query.getAll('names');
  const members = await saveImages(services.images, names, jsonPlatform(query.get('platform')));
  return new Response(tarBody(members), { headers: { 'Content-Type': 'application/x-tar' } });
}

function load({ request, query, services }: RouteContext): Promise<Response> {
  const platform = jsonPlatform(query.get('platform'));
  const quiet = flag(query, 'quiet');
  return jsonLines(request, async (write) => {
    const loaded = await loadImages(services.images, request.body ?? new Uint8Array(0), {
      platform,
      unpackLimit: services.unpackLimit,
      onLayer: (digest, total, stored) => {
        const progressDetail = { current: stored ? total : 0, total };
        if (!quiet) write({ status: 'Loading layer', progressDetail, id: shortId(digest) } satisfies JsonMessage);
      },
    });
    for (const { image, names, taken } of loaded) {
      for (const { name, from } of taken) {
        const stream = `The image ${name} already exists, renaming the old one with ID ${from} to empty string\n`;
        write({ stream } satisfies JsonMessage);
      }
      for (const name of names) write({ stream: `Loaded image: ${name}\n` } satisfies JsonMessage);
      if (names.length === 0) write({ stream: `Loaded image ID: ${image.id}\n` } satisfies JsonMessage);
    }
  });
}

/** `POST /images/create`: from a registry, or from an archive in the body or at a URL. */
function create(context: RouteContext): Promise<Response> {
  const source = context.query.get('fromSrc');
  return source ? importFrom(source, context) : pull(context);
}

function importFrom(source: string, { request, query, services }: RouteContext): Promise<Response> {
  const text = query.get('platform');
  const platform = text ? parsePlatform(text) : undefined;
  if (platform && platform.os !== 'linux') throw badRequest('operating system is not supported');
  const reference = importReference(query.get('repo') ?? '', query.get('tag') ?? '');
  const config = applyChanges({}, query.getAll('changes'));
  return jsonLines(request, async (write, signal) => {
    const body = source === '-' ? request : await download(source, services.fetch, write, signal);
    const image = await importImage(services.images, {
      tar: new Uint8Array(await body.arrayBuffer()),
      reference,
      comment: query.get('message') || `Imported from ${source}`,
      config,
      platform,
      created: rfc3339Nano(systemClock()),
      unpackLimit: services.unpackLimit,
    });
    write({ status: image.id } satisfies JsonMessage);
  });
}

function importReference(repository: string, tag: string): Reference | undefined {
  if (repository === '') return undefined;
  const reference = parseReference(tag === '' ? repository : `${repository}:${tag}`);
  if (reference.digest !== undefined) throw badRequest('cannot import digest reference');
  return reference;
}

async function download(
  source: string,
  fetch: RouteContext['services']['fetch'],
  write: (message: JsonMessage) => void,
  signal: AbortSignal,
): Promise<Response> {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(source) ? source : `http://${source}`;
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HttpError(500, `Get ${JSON.stringify(url)}: ${why}`);
  }
  if (!response.ok) {
    throw new HttpError(500, `failed to GET ${url} with status ${response.status} ${response.statusText}`.trimEnd());
  }
  write({ status: `Downloading from ${url}` });
  return response;
}

export const imageArchiveRoutes: readonly Route[] = [
  route('GET', '/images/get', save),
  route('GET', '/images/{name}/get', save),
  route('POST', '/images/load', load),
  route('POST', '/images/create', create),
];
