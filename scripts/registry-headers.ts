import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What manifests are that say nothing of themselves. */
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/**
 * Headers of a static registry's files, which no host can guess from names without an extension. Our own client needs
 * none of them; skopeo, podman and docker take a manifest for what its Content-Type says.
 * @param folder what `/` is
 * @param pathname decoded; of a file that is there
 */
export function registryHeaders(folder: string, pathname: string): Readonly<Record<string, string>> {
  if (!pathname.startsWith('/v2/')) return {};
  if (/\/manifests\/[^/]+$/.test(pathname)) return { 'Content-Type': manifestType(join(folder, pathname)) };
  return { 'Content-Type': /\/blobs\/[^/]+$/.test(pathname) ? 'application/octet-stream' : 'application/json' };
}

function manifestType(path: string): string {
  try {
    const { mediaType, manifests } = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof mediaType === 'string') return mediaType;
    return Array.isArray(manifests) ? OCI_INDEX : OCI_MANIFEST;
  } catch {
    return 'application/octet-stream';
  }
}
