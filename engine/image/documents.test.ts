import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeJson,
  isIndex,
  MEDIA_TYPES,
  parseImageConfig,
  parseIndex,
  parseManifest,
  parseManifestOrIndex,
} from './documents.ts';
import { ImageError } from './errors.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const config = { mediaType: MEDIA_TYPES.ociConfig, digest, size: 2 };
const manifest = { schemaVersion: 2, config, layers: [{ ...config, mediaType: MEDIA_TYPES.dockerLayerGzip }] };

it('tells a manifest from an index by their fields when neither says what it is', () => {
  expect(isIndex(parseManifestOrIndex(encodeJson(manifest)))).toBe(false);
  expect(isIndex(parseManifestOrIndex(encodeJson({ schemaVersion: 2, manifests: [config] })))).toBe(true);
});

it.each([
  ['no JSON', 'nope', 'manifest is not valid JSON'],
  ['a list', '[]', 'manifest must be an object'],
  ['schema 1', '{"schemaVersion":1,"fsLayers":[]}', 'schema version 1'],
  ['no layers', JSON.stringify({ ...manifest, layers: undefined }), 'manifest: layers must be a list'],
  [
    'a bad digest',
    JSON.stringify({ ...manifest, config: { ...config, digest: 'sha256:0' } }),
    'manifest: config.digest must be sha256 and 64 hex digits',
  ],
  [
    'a bad size',
    JSON.stringify({ ...manifest, layers: [{ ...config, size: -1 }] }),
    'manifest: layers[0].size must be a number of bytes',
  ],
])('refuses a manifest with %s', (_, text, message) => {
  expect(() => parseManifestOrIndex(new TextEncoder().encode(text))).toThrow(message);
});

it('keeps annotations and fields that it does not know', () => {
  expect(parseManifest(encodeJson({ ...manifest, annotations: { a: 'b' }, subject: config }))).toMatchObject({
    annotations: { a: 'b' },
    subject: config,
  });
});

it('reads configs with gaps as other tools leave them', () => {
  expect(parseImageConfig(encodeJson({ rootfs: {}, config: null, history: null }))).toEqual({
    architecture: '',
    os: '',
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const gaps = { Cmd: 'one', Env: null, Entrypoint: null, Labels: null };
  expect(parseImageConfig(encodeJson({ rootfs: {}, config: gaps, history: [{ comment: null }] }))).toMatchObject({
    config: { Cmd: ['one'], Entrypoint: null },
    history: [{}],
  });
  const full = {
    architecture: '386',
    os: 'linux',
    docker_version: '1',
    config: { Cmd: null },
    rootfs: { diff_ids: [digest] },
  };
  expect(parseImageConfig(encodeJson(full))).toMatchObject({ docker_version: '1', rootfs: { diff_ids: [digest] } });
});

it.each([
  [{}, 'rootfs must be an object'],
  [{ rootfs: { diff_ids: ['x'] } }, 'rootfs.diff_ids'],
  [{ rootfs: {}, config: 'x' }, 'config must be an object'],
  [{ rootfs: {}, history: 'x' }, 'history must be a list'],
  [{ rootfs: {}, config: { Env: ['a', 1] } }, 'image config: config.Env[1] must be a string'],
  [{ rootfs: {}, config: { Labels: ['a'] } }, 'image config: config.Labels must be an object'],
  [
    { rootfs: {}, config: { ExposedPorts: { '80/tcp': 1 } } },
    'image config: config.ExposedPorts.80/tcp must be an object',
  ],
  [{ rootfs: {}, config: { Cmd: 5 } }, 'image config: config.Cmd'],
  [{ rootfs: {}, config: { Healthcheck: { Interval: 0.5 } } }, 'Healthcheck.Interval must be a whole number'],
  [{ rootfs: {}, created: 'yesterday' }, 'image config: created must be a time'],
  [{ rootfs: {}, history: [null] }, 'image config: history[0] must be an object'],
])('refuses the config %j', (value, message) => {
  expect(() => parseImageConfig(encodeJson(value))).toThrow(message);
});

describe('documents of any kind', { timeout: 60_000 }, () => {
  /** Documents that are nearly right, so that changes get further than to the first look. */
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      null,
      0,
      1,
      2,
      -1,
      '',
      digest,
      [],
      {},
      [digest],
      config,
      [config],
      { a: 'b' },
      '2024-01-01T00:00:00Z',
    ),
  );
  const document = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom('schemaVersion', 'mediaType', 'config', 'layers', 'manifests', 'annotations', 'digest', 'size'),
      value,
    ),
    fc.record(
      {
        rootfs: fc.oneof(value, fc.record({ diff_ids: value })),
        history: fc.oneof(
          value,
          fc.array(fc.dictionary(fc.constantFrom('created', 'created_by', 'empty_layer'), value)),
        ),
        config: fc.oneof(
          value,
          fc.dictionary(
            fc.constantFrom('Env', 'Cmd', 'Labels', 'ExposedPorts', 'Healthcheck', 'OnBuild', 'User'),
            value,
          ),
        ),
        created: value,
      },
      { requiredKeys: ['rootfs'] },
    ),
  );

  it('are read or refused with ImageError', () => {
    fc.assert(
      fc.property(document, (any) => {
        for (const parse of [parseManifestOrIndex, parseManifest, parseIndex, parseImageConfig]) {
          try {
            parse(encodeJson(any));
          } catch (error) {
            expect(error).toBeInstanceOf(ImageError);
          }
        }
      }),
      { numRuns: 600 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => parseManifestOrIndex(bytes)).toThrow(ImageError);
      }),
    );
  });

  it('are the same when they are written and read again', () => {
    fc.assert(
      fc.property(document, (any) => {
        try {
          const once = parseImageConfig(encodeJson(any));
          expect(parseImageConfig(encodeJson(once))).toEqual(once);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
      { numRuns: 400 },
    );
  });
});
