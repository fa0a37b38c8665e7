import { isIndex, type Platform, parseImageConfig } from '../image/documents.ts';
import type { Reference } from '../image/reference.ts';
import type { RegistryClient } from './client/registry-client.ts';

/** `GET /distribution/{name}/json`: what a registry has under a name, without pulling it. */
export interface DistributionInspect {
  readonly Descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
  /** In the registry's order. */
  readonly Platforms: readonly Platform[];
}

/** @throws RegistryError; ImageError `invalid` */
export async function inspectDistribution(
  client: RegistryClient,
  reference: Reference,
  signal?: AbortSignal,
): Promise<DistributionInspect> {
  const { document, bytes, digest, mediaType } = await client.find(reference, { signal });
  const Descriptor = { mediaType, digest, size: bytes.length };
  if (isIndex(document)) {
    return { Descriptor, Platforms: document.manifests.flatMap(({ platform }) => (platform ? [platform] : [])) };
  }
  const { architecture, os, variant } = parseImageConfig(await client.blob(reference, document.config, { signal }));
  return { Descriptor, Platforms: [{ architecture, os, ...(variant ? { variant } : {}) }] };
}
