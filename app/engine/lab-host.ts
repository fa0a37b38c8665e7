import { type Host, HostError } from '../../engine/hosts/host.ts';
import { workerHost } from '../../engine/hosts/worker/host.ts';
import type { WorkspaceFile } from '../../lessons/load.ts';
import type { LabAssets } from '../lessons/lab.ts';
import { messageOf, NotBuiltError } from './engine-store.ts';

declare global {
  interface Window {
    /** A host to use in place of the worker: tests put one here before the page's own scripts run. */
    __drydockHost?: Host;
  }
}

/** The engine behind a lesson page: a worker of this tab, with the lesson's files as its workspace. */
export async function labHost(assets: LabAssets, workspace: readonly WorkspaceFile[]): Promise<Host> {
  if (window.__drydockHost) return window.__drydockHost;
  if (!assets.worker || !assets.guest) {
    throw new NotBuiltError('This site was built without its machine. `npm start` builds everything.');
  }
  return workerHost({
    workerUrl: assets.worker,
    assets: assets.guest,
    registryBase: '/',
    workspace: await Promise.all(workspace.map(initialFile)),
  });
}

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
    throw new HostError('fetch-failed', `${file.url} could not be fetched: ${messageOf(cause)}`, { cause });
  }
}
