import { build } from '../../builder/index.ts';
import type { Directory, RegularFile } from '../../files/node.ts';
import type { Image, ImageStore } from '../../image/index.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';

/**
 * Builds a Dockerfile with the engine's own builder, from a context that has it and `rootfs/`. There is no machine: a
 * base image's Dockerfile starts FROM scratch and needs no RUN.
 * @param created seconds since the epoch, for all that the image says about time
 * @throws BuildError
 */
export async function buildImage(
  store: ImageStore,
  dockerfile: string,
  rootfs: Directory,
  created: number,
): Promise<Image> {
  const owner = { uid: 0, gid: 0, mtime: created };
  const file: RegularFile = { kind: 'file', mode: 0o644, ...owner, data: new TextEncoder().encode(dockerfile) };
  const context: Directory = {
    kind: 'directory',
    mode: 0o755,
    ...owner,
    children: new Map<string, RegularFile | Directory>([
      ['Dockerfile', file],
      ['rootfs', rootfs],
    ]),
  };
  const { image } = await build(
    { context },
    {
      images: store,
      state: new MemoryStateStore(),
      pullImage: async (reference) => {
        throw new Error(`a base image is built FROM scratch, not from ${reference}`);
      },
      runStep: async ({ argv }) => {
        throw new Error(`a base image is built without a machine, so it cannot run ${argv.join(' ')}`);
      },
      now: () => created * 1e6,
      sourceDateEpoch: created,
      emit: () => undefined,
    },
  );
  return image;
}
