import type { BuildFeed } from './build-feed.ts';
import { ndjson } from './ndjson.ts';
import type { LabRoute } from './routes.ts';
import type { TransferFeed } from './transfer-feed.ts';
import type { BuildEvent, TransferEvent } from './types.ts';

/** What builds, pulls and pushes do, step by step; Docker's own API tells this only to whoever asked for them. */
export function feedRoutes(builds: BuildFeed, transfers: TransferFeed): readonly LabRoute[] {
  return [
    {
      method: 'GET',
      path: /^builds$/,
      handle: () => ndjson<BuildEvent>((send) => builds.subscribe(send)),
    },
    {
      method: 'GET',
      path: /^transfers$/,
      handle: () => ndjson<TransferEvent>((send) => transfers.subscribe(send)),
    },
  ];
}
