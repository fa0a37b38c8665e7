import { type Host, HostError } from '../../engine/hosts/host.ts';
import { workerHost } from '../../engine/hosts/worker/host.ts';
import type { WorkspaceFile } from '../../lessons/load.ts';
import type { LabAssets } from '../lessons/lab.ts';

declare global {
  interface Window {
    /** The page's engine, once something has started it: the boot script, the player, or a test with a host of its own. */
    __drydockHost?: Host;
  }
}

export interface LabOptions {
  readonly assets: Pick<LabAssets, 'worker' | 'guest'>;
  /** What a fresh workspace holds. */
  readonly workspace: readonly WorkspaceFile[];
}

/** The engine of this page, started or not: the one that is there, or a worker of this tab. */
export function labHost(options: LabOptions): Host {
  window.__drydockHost ??= lessonHost(options);
  return window.__drydockHost;
}

/** A worker host whose workspace is the lesson's. */
function lessonHost({ assets: { worker, guest }, workspace }: LabOptions): Host {
  if (!worker || !guest) return unbuiltHost;
  return workerHost({
    workerUrl: worker,
    assets: guest,
    registryBase: '/',
    workspace: () => Promise.all(workspace.map(initialFile)),
  });
}

const unbuiltHost: Host = {
  start: () =>
    Promise.reject(
      new HostError('boot-failed', 'This site was built without its machine. `npm start` builds everything.'),
    ),
  stop: async () => undefined,
  onState: () => () => undefined,
};

async function initialFile(
  file: WorkspaceFile,
): Promise<{ readonly path: string; readonly mode: number; readonly data: Uint8Array }> {
  const { path, mode } = file;
  if ('text' in file) return { path, mode, data: new TextEncoder().encode(file.text) };
  try {
    const response = await fetch(file.url);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return { path, mode, data: new Uint8Array(await response.arrayBuffer()) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HostError('fetch-failed', `${file.url} could not be fetched: ${why}`, { cause });
  }
}
