import type * as z from 'zod/mini';
import type { Digest } from './digest.ts';
import { ImageError } from './errors.ts';
import { check, type descriptorSchema, imageConfigSchema, indexSchema, manifestSchema } from './schemas.ts';

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
  const value = decodeJson(bytes, 'manifest');
  const { schemaVersion, mediaType, manifests } = (value ?? {}) as Json;
  if (schemaVersion === 1 || mediaType === MEDIA_TYPES.dockerManifestV1) {
    throw new ImageError('invalid', 'manifest has schema version 1, which is too old to be pulled');
  }
  return Array.isArray(manifests) ? toIndex(value) : toManifest(value);
}

export function isIndex(document: Manifest | Index): document is Index {
  return 'manifests' in document;
}

/** @throws ImageError `invalid` */
export function parseManifest(bytes: Uint8Array): Manifest {
  return toManifest(decodeJson(bytes, 'manifest'));
}

/** @throws ImageError `invalid` */
export function parseIndex(bytes: Uint8Array): Index {
  return toIndex(decodeJson(bytes, 'index'));
}

/**
 * Demands only what images cannot do without, and that what is there has its type; a missing `os` or `architecture` (old
 * tools) becomes empty. Fields that are null are left out, as Go reads them.
 * @throws ImageError `invalid`
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const value = check(imageConfigSchema, decodeJson(bytes, 'image config'), 'image config');
  const { config, history, rootfs, ...rest } = value;
  return {
    ...withoutNulls(rest),
    architecture: value.architecture ?? '',
    os: value.os ?? '',
    ...(config ? { config: withoutNulls(config, ['Cmd', 'Entrypoint', 'OnBuild']) as ContainerConfig } : {}),
    rootfs: { type: 'layers', diff_ids: (rootfs.diff_ids ?? []) as readonly Digest[] },
    ...(history ? { history: history.map((step) => withoutNulls(step) as History) } : {}),
  };
}

/** @param kept fields to which null says something of its own */
function withoutNulls(value: Json, kept: readonly string[] = []): Json {
  return Object.fromEntries(Object.entries(value).filter(([key, field]) => field !== null || kept.includes(key)));
}

function toManifest(value: unknown): Manifest {
  const { config, layers, ...rest } = check(manifestSchema, value, 'manifest');
  return { ...withoutNulls(rest), schemaVersion: 2, config: toDescriptor(config), layers: layers.map(toDescriptor) };
}

function toIndex(value: unknown): Index {
  const { manifests, ...rest } = check(indexSchema, value, 'index');
  return { ...withoutNulls(rest), schemaVersion: 2, manifests: manifests.map(toDescriptor) };
}

function toDescriptor(value: z.core.output<typeof descriptorSchema>): Descriptor {
  return { ...withoutNulls(value), mediaType: value.mediaType ?? '', digest: value.digest as Digest, size: value.size };
}
