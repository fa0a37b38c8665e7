import type { SharedBlobStore } from '../../stores/shared-blobs.ts';
import type { StateStore } from '../../stores/state-store.ts';
import { blobRoutes } from './blob-routes.ts';
import { DistributionError } from './errors.ts';
import { json } from './json.ts';
import { DEFAULT_LIMITS, type RegistryLimits } from './limits.ts';
import { listingRoutes } from './listing-routes.ts';
import { manifestRoutes } from './manifest-routes.ts';
import { Repositories } from './repositories.ts';
import type { RegistryParts, RegistryRoute } from './route.ts';
import { uploadRoutes } from './upload-routes.ts';
import { Uploads } from './uploads.ts';

export interface RegistryServerOptions {
  /** The registry's own view: what it keeps stays when the engine removes its image. */
  readonly blobs: SharedBlobStore;
  readonly state: StateStore;
  readonly limits?: Partial<RegistryLimits>;
  /** Milliseconds. Default: the clock. */
  readonly now?: () => number;
}

/** A registry: what an HTTP server, or a client in the same process, asks. */
export interface RegistryServer {
  /** Never rejects: what goes wrong is an answer. */
  fetch(request: Request): Promise<Response>;
}

/** end-1: any 200 says that a registry is here. */
const base: RegistryRoute = { path: /^\/v2\/?$/, methods: { GET: () => json({}) } };

const ROUTES: readonly RegistryRoute[] = [base, ...uploadRoutes, ...listingRoutes, ...manifestRoutes, ...blobRoutes];

/** The distribution API (OCI distribution-spec 1.1, end-1 to end-14, and `_catalog`), open to anybody. */
export async function openRegistry(options: RegistryServerOptions): Promise<RegistryServer> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parts: RegistryParts = {
    repositories: await Repositories.open(options.blobs, options.state),
    uploads: new Uploads(limits, options.now ?? (() => Date.now())),
    limits,
  };
  return {
    async fetch(request) {
      const response = await answer(parts, request).catch(failure);
      response.headers.set('Docker-Distribution-Api-Version', 'registry/2.0');
      response.headers.set('X-Content-Type-Options', 'nosniff');
      if (request.method !== 'HEAD' || !response.body) return response;
      await response.body.cancel();
      return new Response(null, { status: response.status, headers: response.headers });
    },
  };
}

async function answer(parts: RegistryParts, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = decode(url.pathname);
  for (const { path: pattern, methods } of ROUTES) {
    const match = pattern.exec(path);
    if (!match) continue;
    const handler = methods[request.method === 'HEAD' ? 'GET' : request.method];
    if (handler) return handler(parts, { request, query: url.searchParams, groups: match.slice(1) });
    const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    throw new DistributionError('UNSUPPORTED', 'the operation is unsupported', {
      headers: { Allow: allowed.join(', ') },
    });
  }
  throw new DistributionError('UNSUPPORTED', 'no such endpoint: this registry speaks the distribution API under /v2/', {
    status: 404,
  });
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function failure(error: unknown): Response {
  if (error instanceof DistributionError) return error.toResponse();
  const message = error instanceof Error ? error.message : String(error);
  return json({ errors: [{ code: 'UNKNOWN', message }] }, { status: 500 });
}
