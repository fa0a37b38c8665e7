import { systemClock } from '../../container/clock.ts';
import { checkFilters, filterFlag, matchesLabels } from '../../container/filters.ts';
import { untilTime } from '../../container/prune.ts';
import { ImageError } from '../../image/errors.ts';
import { type Image, imageTime } from '../../image/image.ts';
import type { Filters, ImageDeleteItem } from '../types.ts';
import { json } from './http-error.ts';
import { filters } from './query.ts';
import type { RouteContext } from './route.ts';
import type { RouterServices } from './services.ts';

/** `POST /images/prune` */
export async function prune({ query, services }: RouteContext): Promise<Response> {
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
  const all = images.list({ all: true });
  const layerBytes = new Map(all.flatMap(({ layers }) => layers.map((layer) => [layer.chainId, layer.bytes] as const)));
  const isWanted = wanted(services, given);
  const items: ImageDeleteItem[] = [];
  for (const image of all.filter(isWanted)) {
    const { tags, digests } = images.names(image.id);
    const names = [...tags, ...digests];
    try {
      for (const name of names.length > 0 ? names : [image.id]) {
        // The last tag takes the digests of its repository with it.
        if (images.get(image.id)) items.push(...(await images.remove(name)));
      }
    } catch (error) {
      // Taken into use meanwhile, or renamed: not ours to remove any more.
      if (!(error instanceof ImageError)) throw error;
    }
  }
  const deleted = items.flatMap((item) => ('Deleted' in item ? [item.Deleted] : []));
  return { items, bytes: deleted.reduce((sum, id) => sum + (layerBytes.get(id as Image['id']) ?? 0), 0) };
}

/** Docker's rules (moby, ImagesPrune): an image without a tag is dangling, whatever digests it is known by. */
function wanted({ images, containers }: RouterServices, given: Filters): (image: Image) => boolean {
  const danglingOnly = filterFlag(given, 'dangling') ?? true;
  const until = untilTime(given, systemClock());
  return (image) => {
    const { tags, digests } = images.names(image.id);
    const labels = image.config.config?.Labels ?? {};
    if (danglingOnly && tags.length > 0) return false;
    // A step on the way to another image goes with that one.
    if (tags.length + digests.length === 0 && images.children(image.id).length > 0) return false;
    if (containers.usersOf(image.id).length > 0) return false;
    if (until !== undefined && imageTime(image) > until) return false;
    if (!matchesLabels(given.label ?? [], labels)) return false;
    return !given['label!']?.length || !matchesLabels(given['label!'], labels);
  };
}
