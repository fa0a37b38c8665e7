import { type Index, MEDIA_TYPES } from '../../image/documents.ts';
import { DistributionError } from './errors.ts';
import { toDigest, toName } from './grammar.ts';
import { json } from './json.ts';
import type { Handler, RegistryRoute } from './route.ts';

/** end-8a, end-8b */
const tags: Handler = ({ repositories }, { query, groups: [given = ''] }) => {
  const name = toName(given);
  const repository = repositories.get(name);
  if (!repository) {
    throw new DistributionError('NAME_UNKNOWN', 'repository name not known to registry', { detail: { name } });
  }
  const page = paginate([...repository.tags.keys()].sort(), query, `/v2/${name}/tags/list`);
  return json({ name, tags: page.items }, { headers: page.headers });
};

/** Not in the specification any more, but all registries have it. */
const catalog: Handler = ({ repositories }, { query }) => {
  const page = paginate(repositories.names(), query, '/v2/_catalog');
  return json({ repositories: page.items }, { headers: page.headers });
};

/** end-12a, end-12b: never 404, as that would say that this API is not here. */
const referrers: Handler = ({ repositories }, { query, groups: [given = '', reference = ''] }) => {
  const digest = toDigest(reference);
  const wanted = query.get('artifactType');
  const records = [...(repositories.get(toName(given))?.manifests ?? [])];
  const index: Index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociIndex,
    manifests: records
      .filter(([, { subject }]) => subject === digest)
      .filter(([, { artifactType }]) => !wanted || artifactType === wanted)
      .map(([own, { subject: _, ...record }]) => ({ ...record, digest: own })),
  };
  return json(index, {
    headers: { 'Content-Type': MEDIA_TYPES.ociIndex, ...(wanted ? { 'OCI-Filters-Applied': 'artifactType' } : {}) },
  });
};

/**
 * The items after `last`, `n` of them at most; with a `Link` to the next page where there is one.
 * @param sorted ASCIIbetically
 * @throws DistributionError UNSUPPORTED (400) for an `n` that is no number
 */
function paginate(
  sorted: readonly string[],
  query: URLSearchParams,
  path: string,
): { readonly items: readonly string[]; readonly headers: Readonly<Record<string, string>> } {
  const n = query.get('n');
  const last = query.get('last');
  if (n !== null && !/^\d{1,9}$/.test(n)) {
    throw new DistributionError('UNSUPPORTED', 'invalid number of results requested', { status: 400, detail: { n } });
  }
  const rest = last === null ? sorted : sorted.filter((item) => item > last);
  if (n === null || rest.length <= Number(n)) return { items: rest, headers: {} };
  const items = rest.slice(0, Number(n));
  const end = items.at(-1);
  if (end === undefined) return { items, headers: {} };
  return { items, headers: { Link: `<${path}?${new URLSearchParams({ n, last: end })}>; rel="next"` } };
}

export const listingRoutes: readonly RegistryRoute[] = [
  { path: /^\/v2\/_catalog$/, methods: { GET: catalog } },
  { path: /^\/v2\/(.+)\/tags\/list$/, methods: { GET: tags } },
  { path: /^\/v2\/(.+)\/referrers\/([^/]+)$/, methods: { GET: referrers } },
];
