import { createEngine, type InitialFile } from '../../engine.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import type { GuestFile } from '../guest-manifest.ts';
import { HostError } from '../host.ts';
import { compileFile } from './compile-file.ts';
import { downloadBy } from './download.ts';
import { fetchFile } from './fetch-file.ts';
import type { PageMessage, StartMessage, WorkerMessage } from './messages.ts';
import { servePort } from './port-transport.ts';

const tell = (message: WorkerMessage): void => self.postMessage(message);

async function start(
  { assets, base, registryBase, port }: StartMessage,
  workspace: Promise<readonly InitialFile[]>,
): Promise<void> {
  const { v86, wasm, bios, vgaBios, state } = assets.files;
  const fetched = [wasm, bios, vgaBios, state];
  const total = fetched.reduce((sum, { size }) => sum + size, 0);
  let loaded = 0;
  const count = (bytes: number) => {
    loaded += bytes;
    tell({ kind: 'progress', progress: { step: 'Fetching the machine', loaded, total } });
  };
  const get = (file: GuestFile) => fetchFile(base, file, count);
  // The emulator's own program comes at the same time as its files.
  const program = import(new URL(v86.path, base).href);
  // The last to come, and not needed before there is an emulator to put it into.
  const stateBytes = get(state);
  stateBytes.then(
    () => tell({ kind: 'progress', progress: { step: 'Resuming the machine' } }),
    () => {
      // Said by whoever waits for it.
    },
  );
  const [wasmModule, biosBytes, vgaBiosBytes] = await Promise.all([
    compileFile(base, wasm, count),
    get(bios),
    get(vgaBios),
  ]);
  const starting = createEngine({
    blobs: new MemoryBlobStore(),
    state: new MemoryStateStore(),
    registry: { fetch: (input, init) => fetch(input, init), mirrors: { 'docker.io': registryBase } },
    workspace: await workspace,
    download: downloadBy({
      fetch: (input, init) => fetch(input, init),
      pageProtocol: location.protocol,
      get online() {
        return navigator.onLine;
      },
    }),
    boot: {
      loadV86: async () => (await program).V86,
      memory: assets.memory,
      kernel: assets.kernel,
      images: { wasm: wasmModule, bios: biosBytes, vgaBios: vgaBiosBytes, state: stateBytes },
    },
    onState: (state, reason) => tell({ kind: 'state', state, reason }),
  });
  // What could not be fetched says so itself, and not as a machine that could not be started.
  const [engine] = await Promise.all([starting, stateBytes]);
  servePort(port, engine.transport);
  tell({ kind: 'ready' });
}

/** What the browser throws when it has no memory left for the guest's. */
const OUT_OF_MEMORY = /out of memory|allocation failed|could not allocate|memory.*(grow|alloc)/i;

let giveWorkspace: (files: readonly InitialFile[]) => void = () => undefined;
const workspace = new Promise<readonly InitialFile[]>((resolve) => {
  giveWorkspace = resolve;
});

self.addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  if (data.kind === 'workspace') {
    giveWorkspace(data.files);
    return;
  }
  start(data, workspace).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof HostError) tell({ kind: 'failed', code: error.code, message });
    else tell({ kind: 'failed', code: OUT_OF_MEMORY.test(message) ? 'out-of-memory' : 'boot-failed', message });
  });
});
