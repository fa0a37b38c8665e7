import { systemClock } from '../../container/clock.ts';
import { checkFilters, filterFlag, matchesLabels } from '../../container/filters.ts';
import { untilTime } from '../../container/prune.ts';
import { type Image, imageTime } from '../../image/image.ts';
import { isPlatform, platformName } from '../../image/platform.ts';
import { familiarRepository, parseReference } from '../../image/reference.ts';
import { badRequest, HttpError, json } from './http-error.ts';
import { imageInspect, imageSummary } from './image-bodies.ts';
import { referenceMatcher } from './image-match.ts';
import { prune } from './image-prune.ts';
import { jsonPlatform } from './platform.ts';
import { filters, flag } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';
import type { RouterServices } from './services.ts';

function list({ query, services }: RouteContext): Response {
  const given = filters(query);
  checkFilters(given, ['before', 'dangling', 'label', 'reference', 'since', 'until']);
  const { images } = services;
  const dangling = filterFlag(given, 'dangling');
  const until = untilTime(given, systemClock());
  const before = (given.before ?? []).map((name) => imageTime(images.find(name)));
  const since = (given.since ?? []).map((name) => imageTime(images.find(name)));
  const chosen = images.list({ all: flag(query, 'all') }).filter((image) => {
    const { tags, digests } = images.names(image.id);
    // To Docker an image that is known by digests only is dangling, and not dangling too.
    if (dangling === true && tags.length > 0) return false;
    if (dangling === false && tags.length + digests.length === 0) return false;
    const created = imageTime(image);
    if (before.some((time) => created >= time) || since.some((time) => created <= time)) return false;
    if (until !== undefined && created > until) return false;
    return matchesLabels(given.label ?? [], image.config.config?.Labels ?? {});
  });
  const isMeant = given.reference?.length ? referenceMatcher(given.reference) : undefined;
  const sharedSize = flag(query, 'shared-size');
  return json(
    chosen.flatMap((image) => {
      const summary = imageSummary(images, image, -1);
      const shared = sharedSize ? { ...summary, SharedSize: sharedBytes(services, image) } : summary;
      if (!isMeant) return [shared];
      const tags = (shared.RepoTags ?? []).filter(isMeant);
      const digests = (shared.RepoDigests ?? []).filter(isMeant);
      return tags.length + digests.length > 0 ? [{ ...shared, RepoTags: tags, RepoDigests: digests }] : [];
    }),
  );
}

/** Bytes of an image's layers that other images have too. */
export function sharedBytes({ images }: RouterServices, image: Image): number {
  const others = new Set(
    images
      .list({ all: true })
      .filter((other) => other.id !== image.id)
      .flatMap((other) => other.layers.map((layer) => layer.chainId)),
  );
  return image.layers.filter((layer) => others.has(layer.chainId)).reduce((sum, layer) => sum + layer.bytes, 0);
}

async function tag({ params, query, services }: RouteContext): Promise<Response> {
  const { images } = services;
  const repo = query.get('repo') ?? '';
  const name = query.get('tag');
  const reference = parseReference(name ? `${repo}:${name}` : repo);
  if (reference.digest !== undefined) throw badRequest('refusing to create a tag with a digest reference');
  if (familiarRepository(reference) === 'sha256') {
    throw badRequest('refusing to create an ambiguous tag using digest algorithm as name');
  }
  await images.tag(reference, images.find(params.name ?? '').id);
  return new Response(null, { status: 201 });
}

async function remove({ params, query, services }: RouteContext): Promise<Response> {
  for (const platform of query.getAll('platforms')) findFor(platform, services, params.name ?? '');
  const items = await services.images.remove(params.name ?? '', {
    force: flag(query, 'force'),
    prune: !flag(query, 'noprune'),
  });
  services.containers.collectLayers();
  return json(items);
}

function inspect({ params, query, services, version }: RouteContext): Response {
  const image = findFor(query.get('platform'), services, params.name ?? '');
  return json(imageInspect(services.images, image, version));
}

function history({ params, query, services }: RouteContext): Response {
  return json(services.images.history(findFor(query.get('platform'), services, params.name ?? '').id));
}

/** Of the platform that is asked for, if one is. Throws ImageError, HttpError. */
function findFor(platform: string | null, { images }: RouterServices, name: string): Image {
  const image = images.find(name);
  const wanted = jsonPlatform(platform);
  const { os, architecture, variant } = image.config;
  const own = { os, architecture, ...(variant && { variant }) };
  if (!wanted || isPlatform(own, wanted)) return image;
  throw new HttpError(
    404,
    `image with reference ${name} was found but its platform (${platformName(own)}) does not match the specified platform (${platformName(wanted)})`,
  );
}

export const imageRoutes: readonly Route[] = [
  route('GET', '/images/json', list),
  route('POST', '/images/prune', prune),
  route('GET', '/images/{name}/json', inspect),
  route('GET', '/images/{name}/history', history),
  route('POST', '/images/{name}/tag', tag),
  route('DELETE', '/images/{name}', remove),
];
