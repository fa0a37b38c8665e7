import type { ImageConfig } from '../image/documents.ts';
import type { Image } from '../image/image.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { VertexReporter } from './reporter.ts';
import type { StepLayer } from './run-step.ts';

export interface BuiltImage {
  readonly layers: readonly StepLayer[];
  readonly document: Omit<ImageConfig, 'rootfs'>;
  /** In full. */
  readonly tags: readonly string[];
}

/** Puts what was built into the image store, under its names, telling of it as BuildKit does. */
export async function exportImage(
  images: ImageStore,
  { layers, document, tags }: BuiltImage,
  vertex: VertexReporter,
): Promise<Image> {
  vertex.status('exporting layers', 0, 0, true);
  const image = await images.create({ config: document, layers: layers.map(({ diffId }) => diffId) });
  vertex.status(`writing image ${image.id}`, 0, 0, true);
  for (const tag of tags) {
    await images.tag(tag, image.id);
    vertex.status(`naming to ${tag}`, 0, 0, true);
  }
  return image;
}
