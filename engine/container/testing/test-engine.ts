import { createRouter } from '../../api/router/index.ts';
import type { RouterServices } from '../../api/router/services.ts';
import type { Transport } from '../../api/transport.ts';
import { EventLog } from '../../events/event-log.ts';
import { MemoryFileSystem } from '../../files/memory-file-system.ts';
import { directory, file } from '../../files/node.ts';
import { ImageStore } from '../../image/image-store.ts';
import { treeToLayerTar } from '../../image/layer.ts';
import type { Machine } from '../../machine/machine.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import type { StateStore } from '../../stores/state-store.ts';
import { ContainerService } from '../container-service.ts';
import { FakeMachine } from './fake-machine.ts';

/** An engine's container half and router over some machine, with one small image, `alpine:latest`. */
export interface TestEngine<M extends Machine> {
  readonly machine: M;
  readonly images: ImageStore;
  readonly containers: ContainerService;
  readonly events: EventLog;
  readonly state: StateStore;
  readonly transport: Transport;
  /** A request with an optional JSON body; paths have no version. */
  call(method: string, path: string, body?: unknown): Promise<Response>;
  /** Its JSON. Fails if the status is another one than expected. */
  json(status: number, method: string, path: string, body?: unknown): Promise<unknown>;
}

export const passwd = 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n';
export const group = 'root:x:0:\nann:x:1000:\nwheel:x:10:ann\n';

const baseTree = directory({
  bin: directory({ sh: file('#!', { mode: 0o755 }) }),
  etc: directory({ passwd: file(passwd), group: file(group), motd: file('hello\n', { mtime: 5 }) }),
  root: directory({}, { mode: 0o700 }),
});

export async function openImages(state: StateStore, events: EventLog): Promise<ImageStore> {
  const images = await ImageStore.open({ blobs: new MemoryBlobStore(), state, events });
  const layer = await images.addLayer(treeToLayerTar(baseTree));
  const image = await images.create({
    config: {
      created: '2026-01-02T03:04:05Z',
      architecture: '386',
      os: 'linux',
      config: { Env: ['PATH=/bin', 'LANG=C'], Cmd: ['sleep', '1000'], Labels: { maker: 'test' } },
      history: [{ created: '2026-01-02T03:04:05Z', created_by: 'COPY . /' }],
    },
    layers: [layer],
  });
  await images.tag('alpine:latest', image.id);
  return images;
}

const unexpected = (): Promise<never> => Promise.reject(new Error('not part of this test'));

/** For engines that have nothing to do with registries. */
export const noRegistry: RouterServices['registry'] = {
  pull: unexpected,
  pullAll: unexpected,
  push: unexpected,
  pushAll: unexpected,
  inspect: unexpected,
  search: unexpected,
  logIn: () => undefined,
};

export async function testEngine(services: Partial<RouterServices> = {}): Promise<TestEngine<FakeMachine>> {
  return engineOn(new FakeMachine(), services);
}

export async function engineOn<M extends Machine>(
  machine: M,
  services: Partial<RouterServices> = {},
): Promise<TestEngine<M>> {
  const state = new MemoryStateStore();
  const events = new EventLog();
  const images = services.images ?? (await openImages(state, events));
  const containers = await ContainerService.open({
    machine,
    images,
    state,
    events,
    volumeFiles: new MemoryFileSystem(),
  });
  const transport = createRouter({
    machine,
    images,
    containers,
    events,
    about: { version: '0.1.0', commit: 'abc', kernel: '6.1.0', registry: 'https://lab.test/' },
    registry: noRegistry,
    build: unexpected,
    inspectBuild: unexpected,
    buildCache: { list: () => [], prune: unexpected },
    fetch: unexpected,
    unpackLimit: 1 << 20,
    ...services,
  });
  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    transport.fetch(
      new Request(`http://engine${path}`, {
        method,
        ...(body !== undefined && {
          headers: { 'Content-Type': 'application/json' },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      }),
    );
  return {
    machine,
    images,
    containers,
    events,
    state,
    transport,
    call,
    async json(status, method, path, body) {
      const response = await call(method, path, body);
      const text = await response.text();
      if (response.status !== status) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
  };
}
