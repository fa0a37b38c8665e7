import { DistributionError } from './errors.ts';
import { toDigest, toName } from './grammar.ts';
import { parseRange } from './range.ts';
import { withoutBlob } from './repository.ts';
import type { Handler, RegistryRoute } from './route.ts';
import { byteStream } from './stream.ts';

/** end-2: a blob, whole or a part of it. */
const get: Handler = async ({ repositories }, { request, groups: [given = '', reference = ''] }) => {
  const name = toName(given);
  const digest = toDigest(reference);
  const isLinked = repositories.get(name)?.blobs.has(digest);
  const bytes = isLinked ? await repositories.content(digest) : undefined;
  if (!bytes) throw new DistributionError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
  const headers = {
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'max-age=31536000, immutable',
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
  };
  if (request.headers.get('If-None-Match')?.includes(headers.ETag)) return new Response(null, { status: 304, headers });
  const range = parseRange(request.headers.get('Range'), bytes.length);
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${bytes.length}` } });
  }
  if (!range) {
    return new Response(byteStream(bytes), { headers: { ...headers, 'Content-Length': String(bytes.length) } });
  }
  const { first, last } = range;
  return new Response(byteStream(bytes.subarray(first, last + 1)), {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(last - first + 1),
      'Content-Range': `bytes ${first}-${last}/${bytes.length}`,
    },
  });
};

/** end-10. Manifests that name the blob stay, as in other registries: they cannot be pulled until it is back. */
const remove: Handler = async ({ repositories }, { groups: [given = '', reference = ''] }) => {
  const name = toName(given);
  const digest = toDigest(reference);
  await repositories.change(name, (repository) => {
    if (repository.blobs.has(digest)) return withoutBlob(repository, digest);
    throw new DistributionError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
  });
  return new Response(null, { status: 202 });
};

export const blobRoutes: readonly RegistryRoute[] = [
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, methods: { GET: get, DELETE: remove } },
];
