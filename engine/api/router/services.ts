import type { CacheKeeper } from '../../builder/cache-usage.ts';
import type { Inspection } from '../../builder/check.ts';
import type { SolveStatus } from '../../builder/progress.ts';
import type { BuildRequest, BuildResult, Fetch } from '../../builder/request.ts';
import type { ContainerService } from '../../container/container-service.ts';
import type { EventLog } from '../../events/event-log.ts';
import type { ImageStore } from '../../image/image-store.ts';
import type { Machine } from '../../machine/machine.ts';
import type { RegistryService } from '../../registry/registry-service.ts';

/** What `info` and `version` say about the engine. */
export interface About {
  /** The engine's own version. */
  readonly version: string;
  /** Commit it was built from; empty if not known. */
  readonly commit: string;
  /** The guest's kernel release, such as `6.1.0-drydock`. */
  readonly kernel: string;
  /** Registry that short names are pulled from, as `info` shows it. */
  readonly registry: string;
}

/** What the router calls. Everything it knows of the engine comes in here. */
export interface RouterServices {
  readonly machine: Machine;
  readonly images: ImageStore;
  readonly containers: ContainerService;
  readonly events: EventLog;
  readonly about: About;
  /** Progress comes in the terms of `docker pull` and `docker push`. Throws RegistryError, ImageError. */
  readonly registry: Pick<RegistryService, 'pull' | 'pullAll' | 'push' | 'pushAll' | 'inspect' | 'search' | 'logIn'>;
  /** Rejects with an error whose message is told to the client. */
  build(request: BuildRequest, emit: (status: SolveStatus) => void): Promise<BuildResult>;
  /** Looks at a Dockerfile in the place of building it. */
  inspectBuild(request: BuildRequest, emit: (status: SolveStatus) => void): Promise<Inspection>;
  /** What builds keep for the next ones. */
  readonly buildCache: Pick<CacheKeeper, 'list' | 'prune'>;
  /** Reaches what has a URL, as far as the host can. Rejects with an error that says why it cannot. */
  readonly fetch: Fetch;
  /** Bytes that what comes compressed may unpack to: an archive, a build context, the layers of one image. */
  readonly unpackLimit: number;
}
