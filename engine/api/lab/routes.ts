import type { Transport, Upgraded } from '../transport.ts';

/** Where the lab's own routes begin; everything else is Docker's. */
export const LAB_PREFIX = '/_drydock/';

export type LabResult = Response | Upgraded;

export interface LabRoute {
  readonly method: string;
  /** Matched against the path after {@link LAB_PREFIX}, decoded. */
  readonly path: RegExp;
  handle(request: Request, match: readonly string[], url: URL): Promise<LabResult> | LabResult;
}

const problem = (status: number, message: string): Response => Response.json({ message }, { status });

/** The lab's routes as a transport. Anything that is not theirs gets a 404 as the engine gives it. */
export function labTransport(routes: readonly LabRoute[]): Transport {
  async function handle(request: Request): Promise<LabResult> {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname.slice(LAB_PREFIX.length));
    for (const route of routes) {
      const match = route.method === request.method ? route.path.exec(path) : null;
      if (!match) continue;
      try {
        return await route.handle(request, match.slice(1), url);
      } catch (error) {
        return problem(statusOf(error), error instanceof Error ? error.message : String(error));
      }
    }
    return problem(404, 'page not found');
  }
  return {
    async fetch(request) {
      const result = await handle(request);
      return result instanceof Response ? result : problem(400, 'this path needs a connection upgrade');
    },
    upgrade: handle,
  };
}

/** Statuses for the errors of the file system and the machine, by their codes. */
function statusOf(error: unknown): number {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 404;
  if (code === 'ENOSPC') return 507;
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return 409;
  if (code === 'crashed' || code === 'not-running') return 503;
  return 500;
}
