import type { Directory } from '../files/node.ts';
import type { Image } from '../image/image.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { BuildCache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { DownloadRecords } from './download-records.ts';
import type { BuildHistory } from './history.ts';
import type { SolveStatus, VertexWarning } from './progress.ts';
import type { RunStepExecutor, StepLimits } from './run-step.ts';

export interface BuildRequest {
  /** The build context. `.dockerignore` is applied to it here, whether the client did so before or not. */
  readonly context: Directory;
  /** The Dockerfile's text, if it is not to be read from the context. */
  readonly dockerfile?: string;
  /** Goes before the ignore files in the context. */
  readonly dockerignore?: string;
  /** What stands for a stage or image of that name: `--build-context`. */
  readonly contexts?: Readonly<Record<string, NamedContext>>;
  /** What is made of the target; default: an image in the store. */
  readonly output?: BuildOutput;
  /** Images that are asked to lend their layers (`--cache-from`). They hold none of this engine's cache. */
  readonly cacheFrom?: readonly string[];
  /** Where the Dockerfile is in the context, and what errors call it. Default: `Dockerfile`. */
  readonly dockerfilePath?: string;
  /** References, as `docker build -t` takes them. */
  readonly tags?: readonly string[];
  /** Stage name or number; default: the last stage. */
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** No step is taken from the cache. */
  readonly noCache?: boolean;
  /** Stages of which no step is taken from the cache. */
  readonly noCacheFilter?: readonly string[];
  /** Base images are asked for anew even if they are here. */
  readonly pull?: boolean;
  /** `linux/386` and nothing else, so far. */
  readonly platform?: string;
  /** For `RUN --mount=type=secret`, by ID. */
  readonly secrets?: Readonly<Record<string, Uint8Array>>;
  /** RUN's network when the instruction does not say. */
  readonly network?: 'default' | 'none' | 'host';
  /** For every RUN. */
  readonly limits?: StepLimits;
  /** Where the client has the context, to tell one build without a name from another. */
  readonly contextName?: string;
  /** Stages one after the other, and the image's ID after each instruction: what the classic output shows. */
  readonly stepwise?: boolean;
  /** When it fires, the build stops and rejects with BuildError `canceled`. */
  readonly signal?: AbortSignal;
}

export type NamedContext =
  | { readonly kind: 'files'; readonly tree: Directory }
  /** In full. */
  | { readonly kind: 'image'; readonly reference: string };

/** What `docker build --output` asks for. */
export type BuildOutput =
  | { readonly kind: 'image' }
  /** Nothing: the steps are in the cache then. */
  | { readonly kind: 'none' }
  /** The target's files as a tar; which of the two, only the progress tells. */
  | { readonly kind: 'directory' | 'tarball' }
  /** An image archive, as `docker save` writes it, of an image that is not in the store if it was not there before. */
  | { readonly kind: 'docker' | 'oci' };

export interface PullOptions {
  readonly platform: string;
  readonly signal: AbortSignal | undefined;
  /** Bytes of a layer, by its digest. */
  onProgress(id: string, current: number, total: number): void;
}

/** Reads a URL. Rejects with a message for the learner: why it cannot, and what to do instead. */
export type Fetch = (
  url: string,
  init: { readonly signal?: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
) => Promise<Response>;

/** What a build works with. */
export interface BuildEnvironment {
  readonly images: ImageStore;
  readonly cache: BuildCache;
  readonly history: BuildHistory;
  /** Brings an image from its registry and gives it its name. Rejects with a message for the learner. */
  pullImage(reference: string, options: PullOptions): Promise<Image>;
  readonly runStep: RunStepExecutor;
  readonly now: Clock;
  /** Seconds since the epoch: every time that the build writes is this one, so that the same input gives the same image. */
  readonly sourceDateEpoch?: number;
  /** For ADD of a URL; without it, ADD of a URL says that it cannot. */
  readonly fetch?: Fetch;
  readonly downloads: DownloadRecords;
  /** Bytes that an archive may unpack to. */
  readonly unpackLimit?: number;
  emit(status: SolveStatus): void;
}

export interface BuildResult {
  /** Undefined if none was asked for. */
  readonly image: Image | undefined;
  /** The tar that was asked for, if one was. */
  readonly archive: Uint8Array | undefined;
  /** As given, in full: `docker.io/library/myapp:latest`. */
  readonly tags: readonly string[];
  readonly warnings: readonly VertexWarning[];
  /** Build arguments that no ARG asked for. */
  readonly unusedBuildArgs: readonly string[];
}
