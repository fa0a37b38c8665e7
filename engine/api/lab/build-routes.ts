import type { BuildFeed } from './build-feed.ts';
import { ndjson } from './ndjson.ts';
import type { LabRoute } from './routes.ts';
import type { BuildEvent } from './types.ts';

/** What builds do, step by step; Docker's own API tells this only to whoever asked for the build. */
export function buildRoutes(builds: BuildFeed): readonly LabRoute[] {
  return [
    {
      method: 'GET',
      path: /^builds$/,
      handle: () => ndjson<BuildEvent>((send) => builds.subscribe(send)),
    },
  ];
}
