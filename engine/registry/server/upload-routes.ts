import { type Digest, isDigest, sha256 } from '../../image/digest.ts';
import { isSameContent, joinChunks, readChunks } from './body.ts';
import { DistributionError } from './errors.ts';
import { toDigest, toName } from './grammar.ts';
import { parseContentRange } from './range.ts';
import type { Handler, RegistryParts, RegistryRoute } from './route.ts';
import type { Take, Upload } from './uploads.ts';

/** end-4a, end-4b, end-11: begins an upload, does all of it at once, or takes the blob from another repository. */
const start: Handler = async (parts, { request, query, groups: [given = ''] }) => {
  const { repositories, uploads } = parts;
  const name = toName(given);
  const mount = query.get('mount');
  // What cannot be mounted is uploaded instead, whatever the reason.
  if (
    mount !== null &&
    isDigest(mount) &&
    (await repositories.mountBlob(name, mount, query.get('from') ?? undefined))
  ) {
    return created(name, mount);
  }
  const digest = query.has('digest') ? toDigest(query.get('digest')) : undefined;
  const upload = uploads.start(name);
  if (digest === undefined) return progress(202, upload);
  try {
    return await complete(parts, request, upload, digest);
  } catch (error) {
    // Nobody has been told of this upload, so nobody will end it.
    await uploads.update(name, upload.id, async () => undefined).catch(() => undefined);
    throw error;
  }
};

/** end-5: the next chunk. Without Content-Range it is whatever comes, as docker sends it. */
const append: Handler = async ({ uploads }, { request, groups: [given = '', id = ''] }) => {
  const name = toName(given);
  return progress(202, await uploads.update(name, id, (upload, take) => nextChunk(request, upload, take)));
};

/** end-6: the last chunk, if there is one still, and what all of it must be. */
const finish: Handler = async (parts, { request, query, groups: [given = '', id = ''] }) => {
  const upload = parts.uploads.get(toName(given), id);
  return complete(parts, request, upload, toDigest(query.get('digest')));
};

/** end-13 */
const status: Handler = ({ uploads }, { groups: [given = '', id = ''] }) =>
  progress(204, uploads.get(toName(given), id));

/** end-14 */
const cancel: Handler = async ({ uploads }, { groups: [given = '', id = ''] }) => {
  await uploads.update(toName(given), id, async () => undefined);
  return new Response(null, { status: 204 });
};

/** @throws DistributionError 416 for a chunk out of order, SIZE_INVALID */
async function nextChunk(request: Request, upload: Upload, take: Take): Promise<readonly Uint8Array[]> {
  const header = request.headers.get('Content-Range');
  const range = header === null ? undefined : parseContentRange(header);
  if (header !== null && range?.first !== upload.size) {
    throw new DistributionError('BLOB_UPLOAD_INVALID', `chunk out of order: the next byte is ${upload.size}`, {
      status: 416,
      headers: position(upload),
      detail: { range: header },
    });
  }
  const chunks = await readChunks(request, take);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (range && range.last - range.first + 1 !== size) {
    throw new DistributionError('SIZE_INVALID', 'provided length did not match content length', {
      detail: { range: header, received: size },
    });
  }
  return chunks;
}

/** @throws DistributionError DIGEST_INVALID, and then the upload is over */
async function complete(parts: RegistryParts, request: Request, upload: Upload, digest: Digest): Promise<Response> {
  const { repositories, uploads } = parts;
  const { name, id } = upload;
  let failure: unknown;
  await uploads.update(name, id, async (current, take) => {
    const last = await nextChunk(request, current, take);
    await commit([...current.chunks, ...last], digest).then(
      (bytes) => repositories.putBlob(name, digest, bytes),
      (error: unknown) => {
        failure = error;
      },
    );
    return undefined;
  });
  if (failure) throw failure;
  return created(name, digest);

  /** What to keep: bytes that are here already, where they are the same. */
  async function commit(chunks: readonly Uint8Array[], wanted: Digest): Promise<Uint8Array> {
    const known = await repositories.peek(wanted);
    if (known && isSameContent(chunks, known)) return known;
    const bytes = joinChunks(chunks);
    const actual = await sha256(bytes);
    if (actual === wanted) return bytes;
    throw new DistributionError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
      detail: { digest: wanted, actual },
    });
  }
}

function created(name: string, digest: Digest): Response {
  const headers = { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest };
  return new Response(null, { status: 201, headers });
}

function progress(status: number, upload: Upload): Response {
  return new Response(null, { status, headers: position(upload) });
}

/** An upload without a byte is `0-0` too: the specification has no other way to say it. */
function position({ name, id, size }: Upload): Record<string, string> {
  return {
    Location: `/v2/${name}/blobs/uploads/${id}`,
    Range: `0-${Math.max(0, size - 1)}`,
    'Docker-Upload-UUID': id,
  };
}

export const uploadRoutes: readonly RegistryRoute[] = [
  { path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, methods: { POST: start } },
  {
    path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    methods: { GET: status, PATCH: append, PUT: finish, DELETE: cancel },
  },
];
