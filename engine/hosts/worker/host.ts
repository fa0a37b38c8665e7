import type { Transport } from '../../api/transport.ts';
import type { InitialFile } from '../../engine.ts';
import type { GuestManifest } from '../guest-manifest.ts';
import { type Host, HostError, type HostState, type StartProgress } from '../host.ts';
import type { PageMessage, WorkerMessage } from './messages.ts';
import { portTransport } from './port-transport.ts';

export interface WorkerHostOptions {
  /** URL of the bundled worker. */
  readonly workerUrl: string;
  readonly assets: GuestManifest;
  /** URL that the registry's `/v2/` is under: the site's root, as a rule. */
  readonly registryBase: string;
  /** The files that the workspace begins with; asked for while the machine's are fetched. May reject with HostError. */
  readonly workspace: () => Promise<readonly InitialFile[]>;
}

/** The default host: the engine in a Web Worker of this page. */
export function workerHost(options: WorkerHostOptions): Host {
  const listeners = new Set<(state: HostState, reason?: string) => void>();
  const progressListeners = new Set<(progress: StartProgress) => void>();
  let worker: Worker | undefined;
  let started: Promise<Transport> | undefined;

  const tell = (state: HostState, reason?: string) => {
    for (const listener of listeners) listener(state, reason);
  };

  function begin(): Promise<Transport> {
    return new Promise((resolve, reject) => {
      if (typeof WebAssembly === 'undefined') {
        throw new HostError('no-webassembly', 'This browser has no WebAssembly, or it is switched off.');
      }
      if (typeof Worker === 'undefined') throw new HostError('no-worker', 'This browser has no Web Workers.');
      tell('starting');
      const { port1, port2 } = new MessageChannel();
      worker = new Worker(options.workerUrl, { type: 'module', name: 'drydock-engine' });
      // A worker that cannot be loaded or that dies of an unhandled error says so here only.
      worker.onerror = (event) => {
        event.preventDefault();
        const message = event.message || `The engine's program could not be loaded from ${options.workerUrl}.`;
        tell('crashed', message);
        reject(new HostError(event.message ? 'boot-failed' : 'fetch-failed', message));
      };
      worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        if (data.kind === 'progress') for (const listener of progressListeners) listener(data.progress);
        else if (data.kind === 'ready') resolve(portTransport(port1));
        else if (data.kind === 'state') tell(data.state, data.reason);
        else {
          tell('stopped', data.message);
          reject(new HostError(data.code, data.message));
        }
      };
      const tellWorker = (message: PageMessage, transfer: Transferable[] = []) =>
        worker?.postMessage(message, transfer);
      tellWorker(
        {
          kind: 'start',
          assets: options.assets,
          base: new URL('/', self.location.href).href,
          registryBase: new URL(options.registryBase, self.location.href).href,
          port: port2,
        },
        [port2],
      );
      options.workspace().then(
        (files) => tellWorker({ kind: 'workspace', files }),
        (error: unknown) => {
          worker?.terminate();
          tell('stopped', error instanceof Error ? error.message : String(error));
          reject(error);
        },
      );
    });
  }

  return {
    start(onProgress) {
      if (onProgress) progressListeners.add(onProgress);
      started ??= begin();
      return started;
    },
    async stop() {
      worker?.terminate();
      worker = undefined;
      started = undefined;
      tell('stopped');
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
