import type { RegistryLimits } from './limits.ts';
import type { Repositories } from './repositories.ts';
import type { Uploads } from './uploads.ts';

/** What the routes work on. */
export interface RegistryParts {
  readonly repositories: Repositories;
  readonly uploads: Uploads;
  readonly limits: RegistryLimits;
}

export interface RegistryRequest {
  readonly request: Request;
  readonly query: URLSearchParams;
  /** Groups of the route's path, decoded and not checked. */
  readonly groups: readonly string[];
}

export type Handler = (parts: RegistryParts, request: RegistryRequest) => Response | Promise<Response>;

/** One path, and what each method does there. GET answers HEAD too. */
export interface RegistryRoute {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}
