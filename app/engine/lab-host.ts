import type { Host } from '../../engine/hosts/host.ts';
import type { WorkspaceFile } from '../../lessons/load.ts';
import type { LabAssets } from '../lessons/lab.ts';
import { NotBuiltError } from './engine-store.ts';

declare global {
  interface Window {
    /** A host to use in place of the worker: tests put one here before the page's own scripts run. */
    __drydockHost?: Host;
  }
}

/** The engine behind a lesson page: a worker of this tab. */
export async function labHost(assets: LabAssets, _workspace: readonly WorkspaceFile[]): Promise<Host> {
  if (window.__drydockHost) return window.__drydockHost;
  if (!assets.worker || !assets.guest) {
    throw new NotBuiltError('This site was built without its machine. Run `npm start` to build everything.');
  }
  throw new NotBuiltError('The worker host is not there yet.');
}
