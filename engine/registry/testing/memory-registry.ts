import { type Digest, sha256 } from '../../image/digest.ts';
import { encodeJson, MEDIA_TYPES } from '../../image/documents.ts';
import type { BlobStore } from '../../stores/blob-store.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import { SharedBlobs } from '../../stores/shared-blobs.ts';
import type { StateStore } from '../../stores/state-store.ts';
import { openRegistry, type RegistryServer, type RegistryServerOptions } from '../server/index.ts';

export interface TestRegistry {
  readonly server: RegistryServer;
  /** What is under it, with everybody's blobs. */
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly shared: SharedBlobs;
  /** A request to `/v2/...`. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** Uploads a blob in one request. */
  push(name: string, bytes: Uint8Array): Promise<Digest>;
  /** Uploads config, layers and manifest; gives the manifest's digest and bytes. */
  pushImage(name: string, tag: string, seed: string): Promise<{ readonly digest: Digest; readonly bytes: Uint8Array }>;
  /** The same stores, opened anew. */
  reopen(): Promise<TestRegistry>;
}

export interface CallOptions {
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A registry in memory. */
export async function memoryRegistry(options: Partial<RegistryServerOptions> = {}): Promise<TestRegistry> {
  return over(new MemoryBlobStore(), options.state ?? new MemoryStateStore(), options);
}

async function over(
  blobs: BlobStore,
  state: StateStore,
  options: Partial<RegistryServerOptions>,
): Promise<TestRegistry> {
  const shared = await SharedBlobs.open(blobs, state);
  const server = await openRegistry({ blobs: shared.view('registry'), state, ...options });
  const call: TestRegistry['call'] = (method, path, { body, headers = {} } = {}) =>
    server.fetch(
      new Request(`http://registry${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: body as BodyInit }),
      }),
    );
  const push: TestRegistry['push'] = async (name, bytes) => {
    const digest = await sha256(bytes);
    const response = await call('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: bytes });
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
    return digest;
  };
  return {
    server,
    blobs,
    state,
    shared,
    call,
    push,
    async pushImage(name, tag, seed) {
      const layer = new TextEncoder().encode(`layer ${seed}`);
      const config = encodeJson({ seed });
      const bytes = encodeJson({
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.ociManifest,
        config: { mediaType: MEDIA_TYPES.ociConfig, digest: await push(name, config), size: config.length },
        layers: [{ mediaType: MEDIA_TYPES.ociLayer, digest: await push(name, layer), size: layer.length }],
      });
      const response = await call('PUT', `/v2/${name}/manifests/${tag}`, {
        body: bytes,
        headers: { 'Content-Type': MEDIA_TYPES.ociManifest },
      });
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
      return { digest: await sha256(bytes), bytes };
    },
    reopen: () => over(blobs, state, options),
  };
}
