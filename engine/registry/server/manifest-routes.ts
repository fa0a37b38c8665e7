import { sha256 } from '../../image/digest.ts';
import { joinChunks, readChunks, tooLarge } from './body.ts';
import { DistributionError } from './errors.ts';
import { toName, toTagOrDigest } from './grammar.ts';
import { readManifestDocument } from './manifest-document.ts';
import { type Repository, withoutManifest, withoutTag } from './repository.ts';
import type { Handler, RegistryRoute } from './route.ts';

function unknown(reference: string): DistributionError {
  return new DistributionError('MANIFEST_UNKNOWN', 'manifest unknown', { detail: { reference } });
}

/** end-3: byte for byte as it was pushed, whatever the client accepts. */
const get: Handler = async ({ repositories }, { request, groups: [given = '', reference = ''] }) => {
  const repository = repositories.get(toName(given));
  const wanted = toTagOrDigest(reference);
  const digest = 'digest' in wanted ? wanted.digest : repository?.tags.get(wanted.tag);
  const record = digest && repository?.manifests.get(digest);
  const bytes = record && (await repositories.content(digest));
  if (!record || !bytes) throw unknown(reference);
  const headers = { 'Docker-Content-Digest': digest, ETag: `"${digest}"` };
  if (request.headers.get('If-None-Match')?.includes(headers.ETag)) return new Response(null, { status: 304, headers });
  return new Response(bytes as BodyInit, {
    headers: { ...headers, 'Content-Type': record.mediaType, 'Content-Length': String(bytes.length) },
  });
};

/** end-7: only what can be pulled again is taken. */
const put: Handler = async ({ repositories, limits }, { request, groups: [given = '', reference = ''] }) => {
  const name = toName(given);
  const wanted = toTagOrDigest(reference);
  let size = 0;
  const chunks = await readChunks(request, (bytes) => {
    size += bytes;
    if (size > limits.manifestBytes) throw tooLarge(limits.manifestBytes);
  });
  const bytes = joinChunks(chunks);
  const digest = await sha256(bytes);
  if ('digest' in wanted && wanted.digest !== digest) {
    throw new DistributionError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
      detail: { digest: wanted.digest, actual: digest },
    });
  }
  const { record, blobs, manifests } = readManifestDocument(bytes, request.headers.get('Content-Type'));
  const tag = 'tag' in wanted ? wanted.tag : undefined;
  await repositories.putManifest(name, { digest, bytes, record, tag }, (repository) => {
    const missing = [
      ...blobs.filter((each) => !repository.blobs.has(each)),
      ...manifests.filter((each) => !repository.manifests.has(each)),
    ].map((each) => ({
      code: 'MANIFEST_BLOB_UNKNOWN' as const,
      message: 'manifest references a manifest or blob unknown to registry',
      detail: { digest: each },
    }));
    const [first, ...more] = missing;
    if (first) throw new DistributionError(first.code, first.message, { detail: first.detail, more });
  });
  return new Response(null, {
    status: 201,
    headers: {
      Location: `/v2/${name}/manifests/${digest}`,
      'Docker-Content-Digest': digest,
      ...(record.subject ? { 'OCI-Subject': record.subject } : {}),
    },
  });
};

/** end-9: a tag alone, or a manifest with all its tags. */
const remove: Handler = async ({ repositories }, { groups: [given = '', reference = ''] }) => {
  const wanted = toTagOrDigest(reference);
  await repositories.change(toName(given), (repository): Repository => {
    if ('tag' in wanted && repository.tags.has(wanted.tag)) return withoutTag(repository, wanted.tag);
    if ('digest' in wanted && repository.manifests.has(wanted.digest))
      return withoutManifest(repository, wanted.digest);
    throw unknown(reference);
  });
  return new Response(null, { status: 202 });
};

export const manifestRoutes: readonly RegistryRoute[] = [
  { path: /^\/v2\/(.+)\/manifests\/([^/]+)$/, methods: { GET: get, PUT: put, DELETE: remove } },
];
