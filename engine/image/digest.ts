import type { Digest } from '../stores/blob-store.ts';

export type { Digest } from '../stores/blob-store.ts';

const encoder = new TextEncoder();
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Digest of bytes (OCI image-spec, descriptor.md, "SHA-256"). */
export async function sha256(bytes: Uint8Array): Promise<Digest> {
  // WebCrypto's type refuses views of shared memory; Drydock has none.
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  let hex = '';
  for (const byte of hash) hex += byte.toString(16).padStart(2, '0');
  return `sha256:${hex}`;
}

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text);
}

/** The 64 hex digits. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The 12 hex digits that Docker shows, for a digest or a bare hex ID. */
export function shortId(id: string): string {
  const colon = id.indexOf(':');
  return id.slice(colon + 1, colon + 13);
}

/**
 * Names a stack of layers: the bottom layer's diff ID, then sha256 of `PARENT-CHAIN DIFF-ID` for each one above
 * (OCI image-spec, config.md, "Layer ChainID").
 */
export async function chainId(parent: Digest | undefined, diffId: Digest): Promise<Digest> {
  return parent === undefined ? diffId : sha256(encoder.encode(`${parent} ${diffId}`));
}
