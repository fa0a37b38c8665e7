import type { EventLog } from '../../events/event-log.ts';
import { type ImageStore, parseReference } from '../../image/index.ts';
import { memoryImageStore } from '../../image/testing/stores.ts';
import { RegistryClient, type RegistryClientOptions } from '../client/registry-client.ts';
import type { PullProgress, PushProgress } from '../progress.ts';
import { RegistryService } from '../registry-service.ts';
import type { TransferWatcher } from '../transfer.ts';
import { memoryRegistry, type TestRegistry } from './memory-registry.ts';

/** Images, a registry of their own at `localhost:5000`, and blobs that both share: what an engine has. */
export interface TestLab {
  readonly images: ImageStore;
  readonly events: EventLog;
  readonly registry: TestRegistry;
  readonly service: RegistryService;
  /** `METHOD /v2/...` of every request to the registry, in order. */
  readonly asked: string[];
  /** Lines of the last push or pull, as `docker` prints them without a terminal. */
  readonly lines: string[];
  readonly messages: (PullProgress | PushProgress)[];
  push(name: string): Promise<void>;
  pull(name: string): Promise<void>;
}

export async function testLab(options: Partial<RegistryClientOptions> = {}, watch?: TransferWatcher): Promise<TestLab> {
  const registry = await memoryRegistry();
  const { store: images, events } = await memoryImageStore({ blobs: registry.shared.view('images') });
  const asked: string[] = [];
  const client = new RegistryClient({
    fetch: async (url) => {
      throw new Error(`nobody is to be asked for ${url}`);
    },
    mirrors: {},
    own: {
      hosts: ['localhost:5000', '127.0.0.1:5000'],
      fetch: (request) => {
        const { pathname, search } = new URL(request.url);
        asked.push(`${request.method} ${pathname}${search}`);
        return registry.server.fetch(request);
      },
    },
    wait: async () => undefined,
    ...options,
  });
  const service = new RegistryService(client, images, watch);
  const lines: string[] = [];
  const messages: (PullProgress | PushProgress)[] = [];
  const report = (message: PullProgress | PushProgress): void => {
    messages.push(message);
    const { id, status, progressDetail } = message as PullProgress;
    if (status !== undefined && progressDetail?.total === undefined) lines.push(id ? `${id}: ${status}` : status);
  };
  const begin = (): void => {
    for (const list of [lines, messages, asked]) list.length = 0;
  };
  return {
    images,
    events,
    registry,
    service,
    asked,
    lines,
    messages,
    push(name) {
      begin();
      const reference = parseReference(name, { bare: true });
      return reference.tag === undefined
        ? service.pushAll(reference, { onProgress: report })
        : service.push(reference, { onProgress: report });
    },
    async pull(name) {
      begin();
      const reference = parseReference(name, { bare: true });
      if (reference.tag === undefined && reference.digest === undefined) {
        await service.pullAll(reference, { onProgress: report });
      } else {
        await service.pull(reference, { onProgress: report });
      }
    },
  };
}
