import { checkFilters, filterFlag } from '../../container/filters.ts';
import { isDigest } from '../../image/digest.ts';
import { parseReference, type Reference } from '../../image/reference.ts';
import { readObject } from './body.ts';
import { badRequest, json } from './http-error.ts';
import { checkJsonPlatform, checkPlatform } from './platform.ts';
import { filters, integer } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';
import { jsonLines } from './streams.ts';

/** Results of `docker search`: Docker's own default, and the most it gives. */
const SEARCH_LIMIT = 25;
const MAX_SEARCH_LIMIT = 100;

/** `POST /images/create` with `fromImage`. Without a tag or digest it means every tag, as in Docker. */
export function pull({ query, request, services }: RouteContext): Promise<Response> {
  checkPlatform(query.get('platform'));
  // A client that pulls every tag may send `NAME:`.
  const name = (query.get('fromImage') ?? '').replace(/:$/, '');
  const reference = withTagOrDigest(parseReference(name, { bare: true }), query.get('tag') ?? '');
  const { registry } = services;
  return jsonLines(request, async (write, signal) => {
    const options = { onProgress: write, signal };
    if (reference.tag === undefined && reference.digest === undefined) await registry.pullAll(reference, options);
    else await registry.pull(reference, options);
  });
}

/** Without a tag it means every tag, as in Docker. */
function push({ params, query, request, services }: RouteContext): Promise<Response> {
  checkJsonPlatform(query.get('platform'));
  const reference = withTagOrDigest(parseReference(params.name ?? '', { bare: true }), query.get('tag') ?? '');
  if (reference.digest !== undefined) throw badRequest('cannot push a digest reference');
  const { registry } = services;
  return jsonLines(request, async (write, signal) => {
    const options = { onProgress: write, signal };
    if (reference.tag === undefined) await registry.pushAll(reference, options);
    else await registry.push(reference, options);
  });
}

/** The query's `tag` may be a digest. Throws ImageError. */
function withTagOrDigest({ domain, path, ...rest }: Reference, tag: string): Reference {
  if (tag === '') return { domain, path, ...rest };
  return parseReference(`${domain}/${path}${isDigest(tag) ? '@' : ':'}${tag}`);
}

async function inspect({ params, request, services }: RouteContext): Promise<Response> {
  return json(await services.registry.inspect(parseReference(params.name ?? ''), request.signal));
}

async function search({ query, request, services }: RouteContext): Promise<Response> {
  const given = filters(query);
  checkFilters(given, ['is-automated', 'is-official', 'stars']);
  const limit = integer(query, 'limit') || SEARCH_LIMIT;
  if (limit < 1 || limit > MAX_SEARCH_LIMIT) {
    throw badRequest(`limit ${limit} is outside the range of [1, ${MAX_SEARCH_LIMIT}]`);
  }
  const stars = Math.max(0, ...(given.stars ?? []).map(Number));
  const official = filterFlag(given, 'is-official');
  const automated = filterFlag(given, 'is-automated');
  const found = await services.registry.search(query.get('term') ?? '', request.signal);
  const chosen = found.filter(
    (result) =>
      result.star_count >= stars &&
      (official === undefined || result.is_official === official) &&
      (automated === undefined || result.is_automated === automated),
  );
  return json(chosen.slice(0, limit));
}

async function auth({ request, services }: RouteContext): Promise<Response> {
  const { serveraddress } = await readObject(request);
  services.registry.logIn(typeof serveraddress === 'string' ? serveraddress : '');
  return json({ IdentityToken: '', Status: 'Login Succeeded' });
}

export const registryRoutes: readonly Route[] = [
  route('GET', '/images/search', search),
  route('POST', '/images/{name}/push', push),
  route('GET', '/distribution/{name}/json', inspect),
  route('POST', '/auth', auth),
];
