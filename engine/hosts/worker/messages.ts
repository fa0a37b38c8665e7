import type { InitialFile } from '../../engine.ts';
import type { GuestManifest } from '../guest-manifest.ts';
import type { HostErrorCode, HostState, StartProgress } from '../host.ts';

/** The first of what the page tells the worker; the Engine API goes through `port`. */
export interface StartMessage {
  readonly kind: 'start';
  readonly assets: GuestManifest;
  /** URL of the site's root, with a slash at its end. */
  readonly base: string;
  /** URL that the registry's `/v2/` is under. */
  readonly registryBase: string;
  readonly port: MessagePort;
}

/** The second, which need not be known when the machine's files are asked for. */
export interface WorkspaceMessage {
  readonly kind: 'workspace';
  readonly files: readonly InitialFile[];
}

export type PageMessage = StartMessage | WorkspaceMessage;

/** What the worker tells the page. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: StartProgress }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: HostErrorCode; readonly message: string }
  | { readonly kind: 'state'; readonly state: HostState; readonly reason: string | undefined };
