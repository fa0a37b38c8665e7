import { checkFilters, matchesPattern } from '../../container/filters.ts';
import { HttpError, json, notImplemented } from './http-error.ts';
import { filters } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';

const networks = ({ services }: RouteContext) => services.containers.networks.list();

/** Throws HttpError 404. */
function find(context: RouteContext) {
  const query = context.params.id ?? '';
  const all = networks(context);
  const found =
    all.find(({ Id, Name }) => Id === query || Name === query) ?? all.find(({ Id }) => Id.startsWith(query));
  if (!found) throw new HttpError(404, `network ${query} not found`);
  return found;
}

export const networkRoutes: readonly Route[] = [
  route('GET', '/networks', (context) => {
    const given = filters(context.query);
    checkFilters(given, ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']);
    return json(
      networks(context).filter(
        ({ Name, Id, Driver }) =>
          matchesPattern(given.name, Name) &&
          matchesPattern(given.id, Id) &&
          (!given.driver?.length || given.driver.includes(Driver)) &&
          (!given.scope?.length || given.scope.includes('local')) &&
          (!given.type?.length || given.type.includes('builtin')) &&
          !given.label?.length,
      ),
    );
  }),
  route('POST', '/networks/create', () => {
    throw notImplemented('creating networks');
  }),
  // Only networks of the user's are pruned, and there are none.
  route('POST', '/networks/prune', () => json({ NetworksDeleted: null })),
  route('POST', '/networks/{id}/connect', (context) => {
    find(context);
    throw notImplemented('connecting containers to networks');
  }),
  route('POST', '/networks/{id}/disconnect', (context) => {
    find(context);
    throw notImplemented('disconnecting containers from networks');
  }),
  route('GET', '/networks/{id}', (context) => json(find(context))),
  route('DELETE', '/networks/{id}', (context) => {
    const { Name } = find(context);
    throw new HttpError(403, `${Name} is a pre-defined network and cannot be removed`);
  }),
];
