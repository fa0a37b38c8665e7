import { BuildCache, BuildHistory, build, DownloadRecords } from '../../builder/index.ts';
import { type Directory, directory, file } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import type { Image, ImageStore } from '../../image/index.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';

export interface ImageInput {
  readonly dockerfile: string;
  /** What `rootfs.tar` holds. */
  readonly rootfs: Directory;
  readonly labels: Readonly<Record<string, string>>;
  /** References that the image gets in the store. */
  readonly tags: readonly string[];
  /** Seconds since the epoch, for all that the image says about time. */
  readonly created: number;
}

/**
 * Builds a Dockerfile with the engine's own builder, from a context that has it and `rootfs.tar`. There is no machine: a
 * base image's Dockerfile needs no RUN, and starts from nothing or from an image that is in the store.
 * @throws BuildError
 */
export async function buildImage(store: ImageStore, input: ImageInput): Promise<Image> {
  const { dockerfile, rootfs, labels, tags, created } = input;
  const context = directory({ Dockerfile: file(dockerfile), 'rootfs.tar': file(treeToTar(rootfs)) });
  const state = new MemoryStateStore();
  const { image } = await build(
    { context, labels, tags },
    {
      images: store,
      cache: await BuildCache.open(state, store),
      history: new BuildHistory(state),
      downloads: new DownloadRecords(state),
      pullImage: async (reference) => {
        throw new Error(`${reference} is not among the base images before this one`);
      },
      runStep: async ({ argv }) => {
        throw new Error(`a base image is built without a machine, so it cannot run ${argv.join(' ')}`);
      },
      now: () => created * 1e6,
      sourceDateEpoch: created,
      emit: () => undefined,
    },
  );
  if (!image) throw new Error('unreachable: an image is what a build makes unless told otherwise');
  return image;
}
