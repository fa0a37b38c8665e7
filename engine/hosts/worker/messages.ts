import type { InitialFile } from '../../engine.ts';
import type { GuestManifest } from '../guest-manifest.ts';
import type { HostErrorCode, HostState, StartProgress } from '../host.ts';

/** What the page tells the worker, once; the Engine API goes through `port`. */
export interface StartMessage {
  readonly assets: GuestManifest;
  /** URL of the site's root, with a slash at its end. */
  readonly base: string;
  /** URL that the registry's `/v2/` is under. */
  readonly registryBase: string;
  readonly workspace: readonly InitialFile[];
  readonly port: MessagePort;
}

/** What the worker tells the page. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: StartProgress }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: HostErrorCode; readonly message: string }
  | { readonly kind: 'state'; readonly state: HostState; readonly reason: string | undefined };
