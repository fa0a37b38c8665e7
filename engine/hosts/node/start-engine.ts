import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createEngine, type Engine, type InitialFile } from '../../engine.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import type { GuestFile, GuestManifest } from '../guest-manifest.ts';
import { HostError } from '../host.ts';
import { download } from './download.ts';

/** The folder that holds guest/ and v2/, as built by `npm run guest` and `npm run images`. */
const PUBLIC = fileURLToPath(new URL('../../../public/', import.meta.url));
/** Stands for {@link PUBLIC} in URLs; nothing is asked of any network. */
const REGISTRY = 'http://lab.invalid';

export interface NodeEngineOptions {
  /** Where docker.io's images come from: the URL of a registry. Default: what `npm run images` has built. */
  readonly mirror?: string;
  /** What the engine's own registry is called in references; see EngineOptions. */
  readonly ownHosts?: readonly string[];
  /** Bytes that what comes compressed may unpack to; see EngineOptions. */
  readonly unpackLimit?: number;
  readonly workspace?: readonly InitialFile[];
  readonly onConsole?: (line: string) => void;
}

/**
 * Starts an engine in this process, with everything in memory.
 * @throws HostError `fetch-failed` if the guest has not been built; MachineError `boot-failed`
 */
export async function startEngine(options: NodeEngineOptions = {}): Promise<Engine> {
  const manifest = await readManifest();
  const get = async ({ path }: GuestFile) => new Uint8Array(await readFile(join(PUBLIC, path)));
  const { v86, wasm, bios, vgaBios, state } = manifest.files;
  const program = import(pathToFileURL(join(PUBLIC, v86.path)).href);
  const [wasmBytes, biosBytes, vgaBiosBytes, stateBytes] = await Promise.all([wasm, bios, vgaBios, state].map(get));
  if (!wasmBytes || !biosBytes || !vgaBiosBytes || !stateBytes)
    throw new Error('unreachable: four files, four results');
  return createEngine({
    blobs: new MemoryBlobStore(),
    state: new MemoryStateStore(),
    registry: {
      fetch: fetchAny,
      mirrors: { 'docker.io': options.mirror ?? REGISTRY },
      network: true,
      ...(options.ownHosts ? { ownHosts: options.ownHosts } : {}),
    },
    workspace: options.workspace ?? [],
    download,
    boot: {
      loadV86: async () => (await program).V86,
      memory: manifest.memory,
      kernel: manifest.kernel,
      images: { wasm: wasmBytes, bios: biosBytes, vgaBios: vgaBiosBytes, state: stateBytes },
    },
    ...(options.unpackLimit === undefined ? {} : { unpackLimit: options.unpackLimit }),
    ...(options.onConsole ? { onConsole: options.onConsole } : {}),
  });
}

async function readManifest(): Promise<GuestManifest> {
  try {
    return JSON.parse(await readFile(join(PUBLIC, 'guest/manifest.json'), 'utf8'));
  } catch (cause) {
    throw new HostError('fetch-failed', 'The guest has not been built. Run: npm run guest', { cause });
  }
}

/** The network, but for the static registry, which is read where it was built. */
const fetchAny: typeof fetch = async (input, init) => {
  const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
  if (origin !== REGISTRY) return fetch(input, init);
  try {
    return new Response(await readFile(join(PUBLIC, normalize(decodeURIComponent(pathname)))));
  } catch {
    return new Response(null, { status: 404 });
  }
};
