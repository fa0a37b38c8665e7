import { type Digest, isDigest } from '../../image/digest.ts';
import { MEDIA_TYPES } from '../../image/documents.ts';
import { DistributionError } from './errors.ts';
import type { ManifestRecord } from './repository.ts';

/** A manifest or index as far as a registry must know it. */
export interface ManifestDocument {
  readonly record: ManifestRecord;
  /** Blobs that must be in the repository. */
  readonly blobs: readonly Digest[];
  /** Manifests that must be in the repository. */
  readonly manifests: readonly Digest[];
}

const MANIFESTS: readonly string[] = [MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest];
const INDEXES: readonly string[] = [MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerManifestList];

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads what a client pushes, and demands what every manifest must have (OCI image-spec, manifest.md, image-index.md).
 * @param contentType of the request; null if it has none
 * @throws DistributionError MANIFEST_INVALID
 */
export function readManifestDocument(bytes: Uint8Array, contentType: string | null): ManifestDocument {
  const value = parse(bytes);
  if (value.schemaVersion !== 2) throw invalid('schemaVersion must be 2: schema 1 is too old for this registry');
  const own = value.mediaType;
  if (own !== undefined && typeof own !== 'string') throw invalid('mediaType must be a string');
  const sent = contentType?.split(';')[0]?.trim() || undefined;
  if (own !== undefined && sent !== undefined && own !== sent) {
    throw invalid(`mediaType in the manifest is ${own}, Content-Type is ${sent}`);
  }
  const mediaType = own ?? sent ?? (Array.isArray(value.manifests) ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest);
  const common = {
    mediaType,
    size: bytes.length,
    ...optional('subject', value.subject === undefined ? undefined : descriptor(value.subject, 'subject').digest),
    ...optional('annotations', annotations(value.annotations)),
  };
  if (INDEXES.includes(mediaType)) {
    const manifests = descriptors(value.manifests, 'manifests').map(({ digest }) => digest);
    return { record: { ...common, ...optional('artifactType', text(value.artifactType)) }, blobs: [], manifests };
  }
  if (!MANIFESTS.includes(mediaType)) throw invalid(`media type ${mediaType} is no manifest that this registry knows`);
  const config = descriptor(value.config, 'config');
  const layers = descriptors(value.layers, 'layers').filter(({ isElsewhere }) => !isElsewhere);
  const artifactType = text(value.artifactType) || config.mediaType;
  return {
    record: { ...common, ...optional('artifactType', artifactType) },
    blobs: [config, ...layers].map(({ digest }) => digest),
    manifests: [],
  };
}

function parse(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('the body is no JSON object');
  return value as Json;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** It has `urls`: clients fetch it from there, and no registry has to have it. */
  readonly isElsewhere: boolean;
}

function descriptors(value: unknown, where: string): readonly Descriptor[] {
  if (!Array.isArray(value)) throw invalid(`${where} must be a list`);
  return value.map((item, i) => descriptor(item, `${where}[${i}]`));
}

function descriptor(value: unknown, where: string): Descriptor {
  const { digest, size, mediaType, urls } = (value ?? {}) as Json;
  if (!isDigest(digest)) throw invalid(`${where}: digest must be sha256 and 64 hex digits`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`${where}: size must be a number of bytes`);
  }
  if (typeof mediaType !== 'string' || mediaType === '') throw invalid(`${where}: mediaType is missing`);
  return { mediaType, digest, isElsewhere: Array.isArray(urls) && urls.length > 0 };
}

function annotations(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  const isMap = typeof value === 'object' && !Array.isArray(value);
  if (!isMap || Object.values(value).some((each) => typeof each !== 'string')) {
    throw invalid('annotations must be a map of strings');
  }
  return value as Record<string, string>;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

function invalid(why: string): DistributionError {
  return new DistributionError('MANIFEST_INVALID', `manifest invalid: ${why}`);
}
