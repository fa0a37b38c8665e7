import { EventLog } from '../../events/event-log.ts';
import { type Directory, directory, type FileNode, file, type PartialMetadata } from '../../files/node.ts';
import type { Image } from '../../image/image.ts';
import { ImageStore } from '../../image/image-store.ts';
import { treeToLayerTar } from '../../image/layer.ts';
import { canonicalName, parseReference } from '../../image/reference.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import { build } from '../build.ts';
import { BuildCache } from '../cache.ts';
import { DownloadRecords } from '../download-records.ts';
import { BuildHistory } from '../history.ts';
import type { SolveStatus, Vertex } from '../progress.ts';
import type { BuildEnvironment, BuildRequest, BuildResult } from '../request.ts';
import type { RunStep } from '../run-step.ts';

/** What a RUN does in a test: the files it makes by path, or the exit code it ends with. */
export type FakeRun = (step: RunStep) => Promise<Readonly<Record<string, FileNode>> | number>;

/** 2024-01-02T03:04:05Z in microseconds. */
export const START = 1_704_164_645_000_000;

export interface TestBuilder {
  readonly images: ImageStore;
  readonly environment: BuildEnvironment;
  /** Steps that were run, in order. */
  readonly runs: RunStep[];
  /** Events of the last build. */
  readonly events: readonly SolveStatus[];
  readonly pulled: readonly string[];
  /** Everything in the state store. */
  documents(): Promise<readonly unknown[]>;
  /** Fails if no image comes of it. */
  build(request: BuildRequest): Promise<BuildResult & { readonly image: Image }>;
  /** The last state of each vertex of the last build, in the order in which they came. */
  vertexes(): readonly Vertex[];
  vertex(name: RegExp): Vertex;
  /** Adds an image of one layer. */
  addImage(name: string, root: Directory, config?: Record<string, unknown>): Promise<Image>;
}

/** A builder with real stores in memory, a clock that goes on by a second at each look, and a RUN of the test's own. */
export async function testBuilder(
  run: FakeRun = async () => ({}),
  more: Partial<BuildEnvironment> = {},
): Promise<TestBuilder> {
  const state = new MemoryStateStore();
  const images = await ImageStore.open({ blobs: new MemoryBlobStore(), state, events: new EventLog() });
  const runs: RunStep[] = [];
  const pulled: string[] = [];
  let events: SolveStatus[] = [];
  let time = START;
  const environment: BuildEnvironment = {
    images,
    cache: await BuildCache.open(state, images),
    history: new BuildHistory(state),
    downloads: new DownloadRecords(state),
    now: () => {
      time += 1_000_000;
      return time;
    },
    pullImage: async (reference) => {
      pulled.push(reference);
      throw new Error(`${reference}: not found`);
    },
    runStep: async (step) => {
      runs.push(step);
      step.onStart?.('c0ffee'.repeat(11).slice(0, 64));
      const made = await run(step);
      if (typeof made === 'number') return { exitCode: made, layerTar: new Uint8Array() };
      return { exitCode: 0, layerTar: treeToLayerTar(tree(made)) };
    },
    emit: (status) => events.push(status),
    ...more,
  };
  const vertexes = () => {
    const last = new Map<string, Vertex>();
    for (const vertex of events.flatMap((status) => status.vertexes ?? [])) last.set(vertex.digest, vertex);
    return [...last.values()];
  };
  return {
    images,
    environment,
    runs,
    pulled,
    documents: async () => Promise.all((await state.list('')).map((key) => state.get(key))),
    get events() {
      return events;
    },
    build: async (request) => {
      events = [];
      const result = await build(request, environment);
      if (!result.image) throw new Error('an image was expected');
      return { ...result, image: result.image };
    },
    vertexes,
    vertex: (name) => {
      const found = vertexes().find((vertex) => name.test(vertex.name));
      if (!found) throw new Error(`no vertex ${name} among ${vertexes().map((vertex) => vertex.name)}`);
      return found;
    },
    addImage: async (name, root, config = {}) => {
      const layer = await images.addLayer(treeToLayerTar(root));
      const image = await images.create({
        config: {
          architecture: '386',
          os: 'linux',
          created: '2023-05-06T07:08:09Z',
          config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'], ...config },
          history: [{ created: '2023-05-06T07:08:09Z', created_by: `base ${name}` }],
        },
        layers: [layer],
      });
      await images.tag(canonicalName(parseReference(name)), image.id);
      return image;
    },
  };
}

/** A tree from absolute or relative paths; text is a file of mode 0644. A path that ends in a slash is an empty directory. */
export function tree(files: Readonly<Record<string, FileNode | string>>, given?: PartialMetadata): Directory {
  let root = directory([], given);
  for (const [path, content] of Object.entries(files)) {
    const names = path.split('/').filter((name) => name !== '');
    const leaf =
      typeof content !== 'string' ? content : path.endsWith('/') ? directory([], given) : file(content, given);
    root = place(root, names, leaf, given);
  }
  return root;
}

function place(under: Directory, names: readonly string[], leaf: FileNode, given?: PartialMetadata): Directory {
  const [name = '', ...rest] = names;
  const existing = under.children.get(name);
  const below = existing?.kind === 'directory' ? existing : directory([], given);
  const node = rest.length === 0 ? leaf : place(below, rest, leaf, given);
  return { ...under, children: new Map(under.children).set(name, node) };
}
