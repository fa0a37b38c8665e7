import type { Transport } from '../transport.ts';
import { API_VERSION, MIN_API_VERSION } from '../types.ts';
import { buildRoutes } from './build-routes.ts';
import { containerRoutes } from './container-routes.ts';
import { execRoutes } from './exec-routes.ts';
import { badRequest, errorResponse, HttpError } from './http-error.ts';
import { imageArchiveRoutes } from './image-archive-routes.ts';
import { imageRoutes } from './image-routes.ts';
import { networkRoutes } from './network-routes.ts';
import { registryRoutes } from './registry-routes.ts';
import { type Answer, olderVersion, type Route } from './route.ts';
import type { RouterServices } from './services.ts';
import { swarmRoutes } from './swarm-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { volumeRoutes } from './volume-routes.ts';

const ROUTES: readonly Route[] = [
  ...systemRoutes,
  ...containerRoutes,
  ...execRoutes,
  ...registryRoutes,
  ...imageArchiveRoutes,
  ...imageRoutes,
  ...buildRoutes,
  ...networkRoutes,
  ...volumeRoutes,
  ...swarmRoutes,
];

/** Paths that are not Docker's, answered by somebody else. */
export interface ExtraRoutes {
  /** Such as `/_drydock/`. */
  readonly prefix: string;
  readonly transport: Transport;
}

export interface RouterOptions {
  readonly extraRoutes?: readonly ExtraRoutes[];
}

/** The Docker Engine API over these services. Never rejects: what goes wrong is an answer. */
export function createRouter(services: RouterServices, options: RouterOptions = {}): Transport {
  const extra = options.extraRoutes ?? [];

  async function handle(request: Request, upgrade: boolean): Promise<Answer> {
    const url = new URL(request.url);
    const others = extra.find(({ prefix }) => url.pathname.startsWith(prefix));
    if (others) return upgrade ? others.transport.upgrade(request) : others.transport.fetch(request);
    try {
      const { version, path } = splitVersion(decodePath(url.pathname));
      for (const { method, pattern, names, handler } of ROUTES) {
        const match = method === request.method ? pattern.exec(path) : null;
        if (!match) continue;
        const params = Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? '']));
        return await handler({ request, query: url.searchParams, params, version, services, upgrade });
      }
      throw new HttpError(404, 'page not found');
    } catch (error) {
      return errorResponse(error);
    }
  }

  function stamp<T extends Answer>(answer: T): T {
    const headers = answer.headers;
    headers.set('Api-Version', API_VERSION);
    headers.set('Docker-Experimental', 'false');
    headers.set('Ostype', 'linux');
    headers.set('Server', `Drydock/${services.about.version} (linux)`);
    return answer;
  }

  return {
    async fetch(request) {
      const answer = await handle(request, false);
      // Only a handler that was told to upgrade gives a connection.
      return answer instanceof Response ? stamp(answer) : errorResponse(badRequest('no upgrade was asked for'));
    },
    async upgrade(request) {
      return stamp(await handle(request, true));
    },
  };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`invalid URL escape in path ${path}`);
  }
}

/** Takes `/v1.NN` off a path; without it the engine's own version is meant. Throws HttpError in dockerd's words. */
function splitVersion(path: string): { readonly version: string; readonly path: string } {
  const match = /^\/v(\d+(?:\.\d+)?)(\/.*)$/.exec(path);
  const version = match?.[1];
  const rest = match?.[2];
  if (version === undefined || rest === undefined) return { version: API_VERSION, path };
  if (olderVersion(version, MIN_API_VERSION)) {
    throw badRequest(
      `client version ${version} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
    );
  }
  if (olderVersion(API_VERSION, version)) {
    throw badRequest(`client version ${version} is too new. Maximum supported API version is ${API_VERSION}`);
  }
  return { version, path: rest };
}
