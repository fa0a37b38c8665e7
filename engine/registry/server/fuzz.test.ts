import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Digest, sha256 } from '../../image/digest.ts';
import { encodeJson, MEDIA_TYPES } from '../../image/documents.ts';
import { parseChallenge } from '../client/challenge.ts';
import { memoryRegistry, type TestRegistry } from '../testing/memory-registry.ts';
import { DistributionError } from './errors.ts';
import { readManifestDocument } from './manifest-document.ts';

const LIMITS = { manifestBytes: 2000, blobBytes: 2000, uploadBytes: 4000, uploads: 5 };
const TIME = 60_000;

/** Everything that repositories speak of is in the store, and nothing else is. */
async function expectWhole({ blobs, state }: TestRegistry): Promise<void> {
  const wanted = new Set<string>();
  for (const key of await state.list('registry/')) {
    const document = (await state.get(key)) as {
      blobs: Digest[];
      manifests: Record<Digest, unknown>;
      tags: Record<string, Digest>;
    };
    for (const digest of [...document.blobs, ...Object.keys(document.manifests)]) wanted.add(digest);
    for (const digest of Object.values(document.tags)) expect(Object.keys(document.manifests)).toContain(digest);
  }
  expect([...(await blobs.list())].sort()).toEqual([...wanted].sort());
  for (const digest of wanted)
    expect(await sha256((await blobs.get(digest as Digest)) ?? new Uint8Array())).toBe(digest);
}

const name = fc.constantFrom('a', 'a/b', 'c.d/e_f', 'A', '..', 'a//b', 'a%2Fb', 'x'.repeat(300), '_catalog', 'blobs');
const contents = fc.constantFrom('', 'one', 'two', '{}', 'x'.repeat(2001));
const digest = fc.constantFrom('one', 'two', '', 'nothing').map((text) => sha256(new TextEncoder().encode(text)));
const reference = fc.oneof(fc.constantFrom('v1', 'latest', '.bad', 'a b', 'sha256:x', '__proto__'), digest);
const header = fc.constantFrom('0-2', '3-5', '5-3', 'bytes=0-1', 'x', '0-0', `${2 ** 53}-1`);

/** A request that makes sense, more or less. */
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
  name,
  other: name,
  where: fc.constantFrom('manifest', 'blob', 'upload', 'begin', 'mount', 'tags', 'referrers', 'catalog', 'any'),
  reference,
  digest,
  body: contents,
  range: fc.option(header),
  any: fc.webPath(),
  image: fc.boolean(),
});

const goodName = fc.constantFrom('a', 'a/b');
const goodText = fc.constantFrom('one', 'two');
/** What clients do. */
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('upload'), name: goodName, text: goodText, chunks: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mount'), name: goodName, text: goodText, from: goodName }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('tag'), name: goodName, text: goodText, tag: fc.constantFrom('v1', 'v2') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('delete tag'), name: goodName, text: fc.constantFrom('v1', 'v2') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete manifest'), name: goodName, text: goodText }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete blob'), name: goodName, text: goodText }) },
);
type Action = { readonly do: string; readonly name: string; readonly text: string } & Partial<
  Record<'chunks' | 'from' | 'tag', unknown>
>;

/** Does it; gives the status of its last request. */
async function perform({ call }: TestRegistry, each: Action): Promise<number> {
  const bytes = new TextEncoder().encode(each.text);
  const wanted = await sha256(bytes);
  const base = `/v2/${each.name}`;
  const config = { mediaType: MEDIA_TYPES.ociConfig, digest: wanted, size: bytes.length };
  const manifest = encodeJson({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers: [config] });
  const send = async (method: string, path: string, body?: Uint8Array): Promise<Response> =>
    call(method, path, body ? { body } : {});
  switch (each.do) {
    case 'upload': {
      const location = (await send('POST', `${base}/blobs/uploads/`)).headers.get('Location') ?? '';
      const cut = Number(each.chunks);
      for (let i = 0; i < cut; i++) await send('PATCH', location, bytes.slice(i, i + 1));
      return (await send('PUT', `${location}?digest=${wanted}`, bytes.slice(cut))).status;
    }
    case 'mount':
      return (await send('POST', `${base}/blobs/uploads/?mount=${wanted}&from=${each.from}`)).status;
    case 'tag':
      return (await send('PUT', `${base}/manifests/${each.tag}`, manifest)).status;
    case 'delete tag':
      return (await send('DELETE', `${base}/manifests/${each.text}`)).status;
    case 'delete manifest':
      return (await send('DELETE', `${base}/manifests/${await sha256(manifest)}`)).status;
    default:
      return (await send('DELETE', `${base}/blobs/${wanted}`)).status;
  }
}

it('keeps what is needed and nothing else, whatever is pushed and deleted', { timeout: TIME }, async () => {
  const statuses = new Map<string, Set<number>>();
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), fc.boolean(), async (actions, together) => {
      const registry = await memoryRegistry();
      const run = async (each: Action): Promise<void> => {
        const status = await perform(registry, each);
        statuses.set(each.do, (statuses.get(each.do) ?? new Set()).add(status));
      };
      if (together) await Promise.all(actions.map(run));
      else for (const each of actions) await run(each);
      await expectWhole(registry);
      await expectWhole(await registry.reopen());
    }),
    { numRuns: 100 },
  );
  // It has come to every end there is.
  expect(Object.fromEntries([...statuses].map(([what, all]) => [what, [...all].sort()]))).toEqual({
    upload: [201],
    mount: [201, 202],
    tag: [201, 404],
    'delete tag': [202, 404],
    'delete manifest': [202, 404],
    'delete blob': [202, 404],
  });
});

it('answers everything as the specification has it, and stays whole', { timeout: TIME }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (requests) => {
      const registry = await memoryRegistry({ limits: LIMITS });
      const uploads: string[] = ['/v2/a/blobs/uploads/none'];
      for (const each of requests) {
        const [ref, wanted] = [await each.reference, await each.digest];
        const base = `/v2/${each.name}`;
        const paths: Readonly<Record<typeof each.where, string>> = {
          manifest: `${base}/manifests/${ref}`,
          blob: `${base}/blobs/${wanted}`,
          upload: `${uploads.at(-1)}?digest=${wanted}`,
          begin: `${base}/blobs/uploads/`,
          mount: `${base}/blobs/uploads/?mount=${wanted}&from=${each.other}`,
          tags: `${base}/tags/list?n=${each.body.length}`,
          referrers: `${base}/referrers/${wanted}`,
          catalog: '/v2/_catalog?n=1&last=a',
          any: each.any,
        };
        const config = { mediaType: MEDIA_TYPES.ociConfig, digest: wanted, size: 1 };
        const body = each.image
          ? encodeJson({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers: [], subject: config })
          : new TextEncoder().encode(each.body);
        const hasBody = each.method !== 'GET' && each.method !== 'HEAD';
        const response = await registry.call(each.method, paths[each.where], {
          ...(hasBody ? { body } : {}),
          headers: each.range ? { Range: each.range, 'Content-Range': each.range } : {},
        });
        expect(response.status).toBeLessThan(500);
        const location = response.headers.get('Location');
        if (location?.includes('/uploads/')) uploads.push(location);
        if (response.status >= 400 && response.status !== 416 && each.method !== 'HEAD') {
          expect(await response.json()).toMatchObject({ errors: [{ code: expect.stringMatching(/^[A-Z_]+$/) }] });
        }
      }
      await expectWhole(registry);
      await expectWhole(await registry.reopen());
    }),
    { numRuns: 150 },
  );
});

const json = fc.json({ maxDepth: 4 });
const almostManifest = fc
  .record(
    {
      schemaVersion: fc.oneof(fc.constant(2), fc.anything()),
      mediaType: fc.oneof(fc.constantFrom(...Object.values(MEDIA_TYPES)), fc.anything()),
      config: fc.anything(),
      layers: fc.oneof(fc.array(fc.anything()), fc.anything()),
      manifests: fc.oneof(fc.array(fc.anything()), fc.anything()),
      subject: fc.anything(),
      annotations: fc.anything(),
      artifactType: fc.anything(),
    },
    { requiredKeys: ['schemaVersion'] },
  )
  .map((value) => {
    try {
      return JSON.stringify(value) ?? '';
    } catch {
      // Not everything can be written down (bigints).
      return '{}';
    }
  });

it('reads any manifest, or says what is wrong with it', { timeout: TIME }, () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.oneof(json, almostManifest).map((text) => new TextEncoder().encode(text)),
      ),
      fc.option(fc.constantFrom(...Object.values(MEDIA_TYPES), 'text/plain', ';', '')),
      (bytes, type) => {
        try {
          const { record, blobs, manifests } = readManifestDocument(bytes, type);
          expect(record.size).toBe(bytes.length);
          for (const each of [...blobs, ...manifests]) expect(each).toMatch(/^sha256:[0-9a-f]{64}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(DistributionError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it('reads any challenge', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `Bearer realm="${text}",scope=${text}`),
      ),
      (text) => {
        const challenge = parseChallenge(text);
        if (challenge) expect(challenge.scheme).toBe(challenge.scheme.toLowerCase());
      },
    ),
  );
});
