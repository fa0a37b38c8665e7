import { expect, it } from 'vitest';
import {
  encodeJson,
  isIndex,
  MEDIA_TYPES,
  parseImageConfig,
  parseManifest,
  parseManifestOrIndex,
} from './documents.ts';

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
  ['no layers', JSON.stringify({ ...manifest, layers: undefined }), 'layers must be a list'],
  [
    'a bad digest',
    JSON.stringify({ ...manifest, config: { ...config, digest: 'sha256:0' } }),
    'manifest: config: digest',
  ],
  ['a bad size', JSON.stringify({ ...manifest, layers: [{ ...config, size: -1 }] }), 'manifest: layers[0]: size'],
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
])('refuses the config %j', (value, message) => {
  expect(() => parseImageConfig(encodeJson(value))).toThrow(message);
});
