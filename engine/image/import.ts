import { DEFAULT_UNPACK_LIMIT, decompress } from './compression.ts';
import type { ContainerConfig, Platform } from './documents.ts';
import type { Image } from './image.ts';
import type { ImageStore } from './image-store.ts';
import { ownPlatform } from './platform.ts';
import type { Reference } from './reference.ts';

export interface ImportRequest {
  /** A whole file system, in any compression. Kept, so it must not be written to afterwards. */
  readonly tar: Uint8Array;
  /** Without one the image gets no name. */
  readonly reference?: Reference | undefined;
  readonly comment: string;
  readonly config: ContainerConfig;
  /** Default: the guest's. */
  readonly platform?: Platform | undefined;
  /** RFC 3339. */
  readonly created: string;
  /** Bytes that the archive may unpack to. */
  readonly unpackLimit?: number | undefined;
}

/**
 * `docker import`: an image of one layer, which is the archive as it came.
 * @throws ImageError `corrupt`, `too-large`; TarError; then nothing is stored
 */
export async function importImage(store: ImageStore, request: ImportRequest): Promise<Image> {
  const { reference, comment, config, created, platform = ownPlatform } = request;
  const tar = await decompress(request.tar, {
    limit: request.unpackLimit ?? DEFAULT_UNPACK_LIMIT,
    what: 'the archive',
  });
  const lease = store.lease();
  try {
    const layer = await lease.addLayer(tar);
    const image = await store.create({
      config: {
        created,
        architecture: platform.architecture,
        os: platform.os,
        ...(platform.variant && { variant: platform.variant }),
        config,
        history: [{ created, comment }],
      },
      layers: [layer],
    });
    if (reference) await store.tag(reference, image.id, { quiet: true });
    store.announce('import', image, image.id);
    return image;
  } finally {
    await lease.release();
  }
}
