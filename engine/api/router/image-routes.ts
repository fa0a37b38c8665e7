import { systemClock } from '../../container/clock.ts';
import { checkFilters, filterFlag, matchesLabels } from '../../container/filters.ts';
import { untilTime } from '../../container/prune.ts';
import { ImageError } from '../../image/errors.ts';
import { type Image, imageCreated, imageSize } from '../../image/image.ts';
import { parseReference } from '../../image/reference.ts';
import type { Filters, ImageDeleteItem, JsonMessage } from '../types.ts';
import { json, notImplemented } from './http-error.ts';
import { imageInspect, imageSummary } from './image-bodies.ts';
import { matchesReference } from './image-match.ts';
import { filters, flag } from './query.ts';
import { pull } from './registry-routes.ts';
import { type Route, type RouteContext, route } from './route.ts';
import type { RouterServices } from './services.ts';
import { jsonLines } from './streams.ts';

/** Containers by image, stopped ones too. */
const usersOf = (services: RouterServices, image: Image): number => services.containers.usersOf(image.id).length;

function list({ query, services }: RouteContext): Response {
  const given = filters(query);
  checkFilters(given, ['before', 'dangling', 'label', 'reference', 'since', 'until']);
  const { images } = services;
  const dangling = filterFlag(given, 'dangling');
  const until = untilTime(given, systemClock());
  const before = (given.before ?? []).map((name) => imageCreated(images.find(name)));
  const since = (given.since ?? []).map((name) => imageCreated(images.find(name)));
  const chosen = images.list({ all: flag(query, 'all') }).filter((image) => {
    const { tags, digests } = images.names(image.id);
    if (dangling !== undefined && dangling !== (tags.length === 0 && digests.length === 0)) return false;
    const created = imageCreated(image);
    if (before.some((time) => created >= time) || since.some((time) => created <= time)) return false;
    if (until !== undefined && created * 1_000_000 > until) return false;
    return matchesLabels(given.label ?? [], image.config.config?.Labels ?? {});
  });
  const sharedSize = flag(query, 'shared-size');
  return json(
    chosen.flatMap((image) => {
      const summary = imageSummary(images, image, -1);
      const shared = sharedSize ? { ...summary, SharedSize: sharedBytes(services, image) } : summary;
      if (!given.reference?.length) return [shared];
      const tags = (shared.RepoTags ?? []).filter((tag) => matchesReference(given.reference ?? [], tag));
      const digests = (shared.RepoDigests ?? []).filter((name) => matchesReference(given.reference ?? [], name));
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

function create(context: RouteContext): Response | Promise<Response> {
  if (context.query.get('fromSrc')) throw notImplemented('docker import');
  return pull(context);
}

async function tag({ params, query, services }: RouteContext): Promise<Response> {
  const { images } = services;
  const repo = query.get('repo') ?? '';
  const name = query.get('tag');
  const image = images.find(params.name ?? '');
  await images.tag(parseReference(name ? `${repo}:${name}` : repo), image.id);
  return new Response(null, { status: 201 });
}

async function remove({ params, query, services }: RouteContext): Promise<Response> {
  const items = await services.images.remove(params.name ?? '', {
    force: flag(query, 'force'),
    prune: !flag(query, 'noprune'),
  });
  services.containers.collectLayers();
  return json(items);
}

async function prune({ query, services }: RouteContext): Promise<Response> {
  const given = filters(query);
  checkFilters(given, ['dangling', 'label', 'label!', 'until']);
  const removed = await pruneImages(services, given);
  services.containers.collectLayers();
  services.events.publish('image', 'prune', '', { reclaimed: String(removed.bytes) });
  return json({ ImagesDeleted: removed.items.length > 0 ? removed.items : null, SpaceReclaimed: removed.bytes });
}

async function pruneImages(
  services: RouterServices,
  given: Filters,
): Promise<{ readonly items: readonly ImageDeleteItem[]; readonly bytes: number }> {
  const { images } = services;
  const danglingOnly = filterFlag(given, 'dangling') ?? true;
  const until = untilTime(given, systemClock());
  const items: ImageDeleteItem[] = [];
  let bytes = 0;
  for (const image of images.list({ all: !danglingOnly })) {
    const { tags, digests } = images.names(image.id);
    const labels = image.config.config?.Labels ?? {};
    if (danglingOnly && tags.length + digests.length > 0) continue;
    if (usersOf(services, image) > 0 || images.children(image.id).length > 0) continue;
    if (until !== undefined && imageCreated(image) * 1_000_000 > until) continue;
    if (!matchesLabels(given.label ?? [], labels)) continue;
    if (given['label!']?.length && matchesLabels(given['label!'], labels)) continue;
    const unique = imageSize(image) - sharedBytes(services, image);
    try {
      const names = tags.length > 0 ? tags : [image.id];
      for (const name of names) items.push(...(await images.remove(name)));
      bytes += unique;
    } catch (error) {
      // Taken into use meanwhile: not ours to remove any more.
      if (!(error instanceof ImageError)) throw error;
    }
  }
  return { items, bytes };
}

async function save({ params, query, services }: RouteContext): Promise<Response> {
  const names = params.name ? [params.name] : query.getAll('names');
  for (const name of names) services.images.find(name);
  const archive = await services.save(names);
  // A view over a SharedArrayBuffer is no BodyInit; none is ever made here.
  return new Response(archive as BodyInit, { headers: { 'Content-Type': 'application/x-tar' } });
}

function load({ request, services }: RouteContext): Promise<Response> {
  return jsonLines(request, async (write) => {
    const names = await services.load(new Uint8Array(await request.arrayBuffer()));
    for (const name of names) {
      const kind = name.startsWith('sha256:') ? 'Loaded image ID' : 'Loaded image';
      write({ stream: `${kind}: ${name}\n` } satisfies JsonMessage);
    }
  });
}

export const imageRoutes: readonly Route[] = [
  route('GET', '/images/json', list),
  route('GET', '/images/get', save),
  route('POST', '/images/create', create),
  route('POST', '/images/load', load),
  route('POST', '/images/prune', prune),
  route('GET', '/images/{name}/get', save),
  route('GET', '/images/{name}/json', ({ params, services }) =>
    json(imageInspect(services.images, services.images.find(params.name ?? ''))),
  ),
  route('GET', '/images/{name}/history', ({ params, services }) => json(services.images.history(params.name ?? ''))),
  route('POST', '/images/{name}/tag', tag),
  route('DELETE', '/images/{name}', remove),
];
