import { type Digest, isDigest } from './digest.ts';
import { ImageError } from './errors.ts';

export const MEDIA_TYPES = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifestV1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

/** OCI image-spec, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes of the blob. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

/** OCI image-spec, image-index.md, `platform`. */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly 'os.version'?: string;
}

/** OCI image-spec, manifest.md; Docker's schema 2 is the same but for media types. */
export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly config: Descriptor;
  /** Bottom layer first. */
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** OCI image-spec, image-index.md; Docker's manifest list is the same but for media types. */
export interface Index {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Durations are nanoseconds; 0 or absent means "inherit". `Test` as in Dockerfile reference, HEALTHCHECK. */
export interface Healthcheck {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/**
 * What a container made from the image starts with: OCI image-spec, config.md, `config`, with Docker's additions
 * (Healthcheck, Shell, OnBuild, ArgsEscaped).
 */
export interface ContainerConfig {
  readonly User?: string;
  /** Keys as `80/tcp`. */
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  /** `NAME=value`. */
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  /** `SIGTERM` or a number as text. */
  readonly StopSignal?: string;
  readonly Healthcheck?: Healthcheck;
  readonly Shell?: readonly string[];
  readonly OnBuild?: readonly string[] | null;
  /** Windows only; true means that Cmd's single string is already escaped. */
  readonly ArgsEscaped?: boolean;
}

/** OCI image-spec, config.md, `history`. */
export interface History {
  /** RFC 3339. */
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  /** True if the step made no layer. */
  readonly empty_layer?: boolean;
}

/** OCI image-spec, config.md. Its digest is the image's ID. Fields nobody here knows are kept as they came. */
export interface ImageConfig {
  /** RFC 3339. */
  readonly created?: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config?: ContainerConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly History[];
}

type Json = Readonly<Record<string, unknown>>;
const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** JSON without blanks, keys in the order they have in the value. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** @throws ImageError `invalid`; `what` names the document in its message */
export function decodeJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new ImageError('invalid', `${what} is not valid JSON`, { cause });
  }
}

/**
 * What a registry's "manifest" is, by its own mediaType or, as static hosts say nothing and the field is optional, by
 * its fields.
 * @throws ImageError `invalid` for anything else, such as schema 1
 */
export function parseManifestOrIndex(bytes: Uint8Array): Manifest | Index {
  const value = object(decodeJson(bytes, 'manifest'), 'manifest');
  if (value.schemaVersion === 1 || value.mediaType === MEDIA_TYPES.dockerManifestV1) {
    throw new ImageError('invalid', 'manifest has schema version 1, which is too old to be pulled');
  }
  if (Array.isArray(value.manifests)) return toIndex(value);
  return toManifest(value);
}

export function isIndex(document: Manifest | Index): document is Index {
  return 'manifests' in document;
}

/** @throws ImageError `invalid` */
export function parseManifest(bytes: Uint8Array): Manifest {
  return toManifest(object(decodeJson(bytes, 'manifest'), 'manifest'));
}

/** @throws ImageError `invalid` */
export function parseIndex(bytes: Uint8Array): Index {
  return toIndex(object(decodeJson(bytes, 'index'), 'index'));
}

/**
 * Demands only what images cannot do without; a missing `os` or `architecture` (old tools) becomes empty.
 * @throws ImageError `invalid`
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const value = object(decodeJson(bytes, 'image config'), 'image config');
  const rootfs = object(value.rootfs, 'image config: rootfs');
  const diffIds = rootfs.diff_ids ?? [];
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) {
    throw new ImageError('invalid', 'image config: rootfs.diff_ids must be a list of sha256 digests');
  }
  if (value.config !== undefined && value.config !== null) object(value.config, 'image config: config');
  if (value.history !== undefined && value.history !== null && !Array.isArray(value.history)) {
    throw new ImageError('invalid', 'image config: history must be a list');
  }
  const { config, history, ...rest } = value;
  return {
    ...rest,
    architecture: typeof value.architecture === 'string' ? value.architecture : '',
    os: typeof value.os === 'string' ? value.os : '',
    ...(config ? { config: config as ContainerConfig } : {}),
    rootfs: { type: 'layers', diff_ids: diffIds },
    ...(history ? { history: history as History[] } : {}),
  };
}

function toManifest(value: Json): Manifest {
  if (value.schemaVersion !== 2) throw new ImageError('invalid', 'manifest: schemaVersion must be 2');
  if (!Array.isArray(value.layers)) throw new ImageError('invalid', 'manifest: layers must be a list');
  return {
    ...value,
    schemaVersion: 2,
    config: toDescriptor(value.config, 'manifest: config'),
    layers: value.layers.map((layer, i) => toDescriptor(layer, `manifest: layers[${i}]`)),
  };
}

function toIndex(value: Json): Index {
  if (value.schemaVersion !== 2) throw new ImageError('invalid', 'index: schemaVersion must be 2');
  if (!Array.isArray(value.manifests)) throw new ImageError('invalid', 'index: manifests must be a list');
  return {
    ...value,
    schemaVersion: 2,
    manifests: value.manifests.map((entry, i) => toDescriptor(entry, `index: manifests[${i}]`)),
  };
}

function toDescriptor(value: unknown, what: string): Descriptor {
  const descriptor = object(value, what);
  const { mediaType, digest, size } = descriptor;
  if (!isDigest(digest)) throw new ImageError('invalid', `${what}: digest must be sha256 and 64 hex digits`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new ImageError('invalid', `${what}: size must be a number of bytes`);
  }
  return { ...descriptor, mediaType: typeof mediaType === 'string' ? mediaType : '', digest, size };
}

function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ImageError('invalid', `${what} must be an object`);
  }
  return value as Json;
}
