import type { ImageStore } from '../image/image-store.ts';
import type { RegistryClient } from './client/registry-client.ts';
import type { PullProgress, PushProgress } from './progress.ts';

export type TransferKind = 'pull' | 'push';

/** A layer that a pull or push is about. */
export interface TransferLayer {
  /** As its progress lines name it: 12 hex digits. */
  readonly id: string;
  readonly diffId: string;
  /** Bytes on the way. */
  readonly size: number;
}

/** What a pull or push works with, and whom it tells. */
export interface TransferRun<P> {
  readonly client: RegistryClient;
  readonly images: ImageStore;
  readonly onProgress?: ((progress: P) => void) | undefined;
  /** The layers of an image that is pulled or pushed now, base first. */
  readonly onLayers?: ((layers: readonly TransferLayer[]) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Told how one pull or push goes on. */
export interface TransferListener {
  layers(layers: readonly TransferLayer[]): void;
  progress(progress: PullProgress | PushProgress): void;
  end(failure?: unknown): void;
}

/** Told of every pull and push that begins, whoever asked for it. `name` as people write it. */
export type TransferWatcher = (kind: TransferKind, name: string) => TransferListener;
