import type { Digest } from './digest.ts';
import type { ImageConfig } from './documents.ts';

/** One layer of a stack. */
export interface Layer {
  /** Digest of the uncompressed tar. */
  readonly diffId: Digest;
  /** Names this layer on top of those below it. */
  readonly chainId: Digest;
  /** Sum of its files' sizes in bytes: what Docker shows. */
  readonly bytes: number;
}

/** A layer by itself, as the store keeps it. */
export type StoredLayer = Omit<Layer, 'chainId'>;

/** An image in the store. Immutable: everything in it follows from `id`, but for `parent` and manifests. */
export interface Image {
  /** Digest of `configBytes`. */
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
  /** Bottom layer first. */
  readonly layers: readonly Layer[];
  /** The image of the build step before, if this one was built here. */
  readonly parent?: Digest;
  /**
   * Digest of the manifest that it was pulled or loaded with, or of the one that has been made for it. See
   * {@link ImageStore.manifest} for one in any case.
   */
  readonly manifest?: Digest;
  /** All that it has come with: the same layers may be compressed in several ways. The first is `manifest`. */
  readonly manifests: readonly Digest[];
}

/** Sum of the layers in bytes, as `docker images` shows it. */
export function imageSize(image: Image): number {
  return image.layers.reduce((sum, layer) => sum + layer.bytes, 0);
}

/** When it was made, in whole seconds since the epoch; 0 if the config does not say. */
export function imageCreated(image: Image): number {
  const time = Date.parse(image.config.created ?? '');
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}

/** The same as exactly as a double can: microseconds. */
export function imageTime(image: Image): number {
  const created = image.config.created ?? '';
  const milliseconds = Date.parse(created.replace(/\.\d+/, ''));
  const fraction = /\.(\d+)/.exec(created)?.[1] ?? '';
  return Number.isNaN(milliseconds) ? 0 : milliseconds * 1000 + Math.floor(Number(`0.${fraction || 0}`) * 1e6);
}

/** An image's names as Docker lists them. */
export interface ImageNames {
  /** `alpine:latest` */
  readonly tags: readonly string[];
  /** `alpine@sha256:...` */
  readonly digests: readonly string[];
}

/** A row of `GET /images/{name}/history`, newest first. */
export interface HistoryRow {
  readonly Id: Digest | '<missing>';
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Tags: readonly string[] | null;
  readonly Size: number;
  readonly Comment: string;
}

/** A line of `DELETE /images/{name}`'s answer. */
export type ImageDeleteItem = { readonly Untagged: string } | { readonly Deleted: string };

/** A container as far as removing images must know it. */
export interface ImageUser {
  /** 64 hex digits. */
  readonly id: string;
  readonly running: boolean;
}
