import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BuildEvent } from '../../engine/api/lab/types.ts';
import type { ContainerSummary, EventMessage, FilesystemChange } from '../../engine/api/types.ts';
import type { Engine } from '../engine/engine-store.ts';
import { type ContainerChange, LabError } from '../engine/lab-client.ts';
import type { Facts } from './model/facts.ts';
import { watchEngine } from './watch.ts';

const IMAGE = `sha256:${'1'.repeat(64)}`;

/** Values pushed from a test, read by what is tested. */
class Stream<T> {
  readonly #values: T[] = [];
  #wake = () => {};

  push(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  async *read(signal: AbortSignal): AsyncGenerator<T> {
    signal.addEventListener('abort', () => this.#wake());
    while (!signal.aborted) {
      const value = this.#values.shift();
      if (value !== undefined) yield value;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** An engine of one image, whose containers and their changes a test sets. */
class FakeEngine {
  readonly events = new Stream<EventMessage>();
  readonly live = new Stream<ContainerChange>();
  readonly builds = new Stream<BuildEvent>();
  images = [{ Id: IMAGE, RepoTags: ['myapp:latest'], Created: 1, Size: 5 }];
  containers: ContainerSummary[] = [];
  changes: FilesystemChange[] = [];
  tellsChanges = true;
  tellsBuilds = true;
  askedForBuilds = 0;
  inspected = 0;
  askedForChanges = 0;

  get engine(): Engine {
    const docker = {
      system: { events: async ({ signal }: { signal: AbortSignal }) => this.events.read(signal) },
      images: {
        list: async () => this.images,
        inspect: async (id: string) => {
          this.inspected += 1;
          return { Id: id, RootFS: { Type: 'layers', Layers: [`sha256:${'2'.repeat(64)}`] } };
        },
        history: async () => [
          { Id: IMAGE, Created: 1, CreatedBy: 'COPY . . # buildkit', Tags: null, Size: 5, Comment: '' },
        ],
      },
      containers: {
        list: async () => this.containers,
        changes: async () => {
          this.askedForChanges += 1;
          return this.changes;
        },
      },
    };
    const lab = {
      containerChanges: async (signal: AbortSignal) => {
        if (!this.tellsChanges) throw new LabError(404, 'page not found');
        return this.live.read(signal);
      },
      builds: async (signal: AbortSignal) => {
        this.askedForBuilds += 1;
        if (!this.tellsBuilds) throw new LabError(404, 'page not found');
        return this.builds.read(signal);
      },
      transfers: async () => {
        throw new LabError(404, 'page not found');
      },
    };
    // Only what the watcher asks for is there.
    return { docker, lab } as unknown as Engine;
  }
}

const container: ContainerSummary = {
  Id: 'c1',
  Names: ['/web'],
  Image: 'myapp',
  ImageID: IMAGE,
  Command: './app',
  Created: 2,
  Ports: [],
  Labels: {},
  State: 'running',
  Status: 'Up 1 second',
  HostConfig: { NetworkMode: 'none' },
  NetworkSettings: null,
  Mounts: [],
};
const event = (Type: string, Action: string, ID: string): EventMessage => ({
  Type,
  Action,
  Actor: { ID, Attributes: {} },
  time: 0,
  timeNano: 0,
});

let fake: FakeEngine;
let seen: Facts[];
let told: (Facts | BuildEvent | 'pruned')[];
let controller: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  fake = new FakeEngine();
  seen = [];
  told = [];
  controller = new AbortController();
});

afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

const start = async () => {
  watchEngine(
    fake.engine,
    {
      facts: (facts) => {
        seen.push(facts);
        told.push(facts);
      },
      build: (event) => told.push(event),
      transfer: () => undefined,
      cachePruned: () => told.push('pruned'),
    },
    controller.signal,
  );
  await vi.advanceTimersByTimeAsync(0);
};
const paths = () => seen.at(-1)?.containers[0]?.changes.map(({ path }) => path);

describe('watchEngine', () => {
  it('reads what is there, and again after each event', async () => {
    await start();
    expect(seen.at(-1)).toMatchObject({ images: [{ tags: ['myapp:latest'] }], containers: [] });
    fake.containers = [container];
    fake.events.push(event('container', 'start', 'c1'));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.at(-1)?.containers).toMatchObject([{ name: 'web', state: 'running' }]);
    expect(fake.inspected, 'an image does not change').toBe(1);
  });

  it('reads again after a pull, of which no tag event tells', async () => {
    await start();
    const count = seen.length;
    fake.events.push(event('image', 'pull', 'busybox:latest'));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.length).toBe(count + 1);
  });

  it('leaves what is there in its place, whatever the age of what comes', async () => {
    await start();
    fake.images = [{ Id: 'sha256:older', RepoTags: ['busybox:latest'], Created: 0, Size: 5 }, ...fake.images];
    fake.events.push(event('image', 'pull', 'busybox:latest'));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.at(-1)?.images.map(({ tags }) => tags[0])).toEqual(['myapp:latest', 'busybox:latest']);
  });

  it('shows a file the moment it is written, then checks with the engine', async () => {
    fake.containers = [container];
    await start();
    const before = fake.askedForChanges;
    fake.live.push({ containerId: 'c1', path: '/file.txt', kind: 'created' });
    await vi.advanceTimersByTimeAsync(0);
    expect(paths()).toEqual(['/file.txt']);
    expect(fake.askedForChanges).toBe(before);
    fake.changes = [
      { Path: '/file.txt', Kind: 1 },
      { Path: '/tmp/other', Kind: 1 },
    ];
    await vi.advanceTimersByTimeAsync(500);
    expect(paths()).toEqual(['/file.txt', '/tmp/other']);
    expect(fake.askedForChanges).toBe(before + 1);
  });

  it('looks for itself where an engine tells nothing of changes, as a Docker daemon', async () => {
    fake.tellsChanges = false;
    fake.containers = [container];
    await start();
    expect(paths()).toEqual([]);
    fake.changes = [{ Path: '/file.txt', Kind: 1 }];
    await vi.advanceTimersByTimeAsync(2500);
    expect(paths()).toEqual(['/file.txt']);
  });

  it('has the image in the facts before it tells that its build is done', async () => {
    await start();
    told = [];
    const begin: BuildEvent = { build: 1, begin: { tags: ['myapp'] } };
    const end: BuildEvent = { build: 1, end: { imageId: IMAGE } };
    fake.builds.push(begin);
    fake.builds.push(end);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([begin, expect.objectContaining({ images: expect.anything() }), end]);
    fake.events.push(event('builder', 'prune', ''));
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)).toBe('pruned');
  });

  it('goes without builds where an engine tells nothing of them', async () => {
    fake.tellsBuilds = false;
    await start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fake.askedForBuilds).toBe(1);
  });

  it('stops when it is told to', async () => {
    await start();
    controller.abort();
    const count = seen.length;
    fake.events.push(event('image', 'tag', IMAGE));
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toHaveLength(count);
  });
});
