import { treeToTar, writeTar } from '../files/tar/index.ts';
import { archiveImages } from '../image/archive/save.ts';
import type { ImageConfig } from '../image/documents.ts';
import type { Image } from '../image/image.ts';
import type { ImageStore } from '../image/image-store.ts';
import { parseReference } from '../image/reference.ts';
import { rootOf } from './layer-step.ts';
import type { Reporter, VertexReporter } from './reporter.ts';
import type { BuildOutput } from './request.ts';
import type { StepLayer } from './run-step.ts';

/** What was built of the target. */
export interface Built {
  readonly layers: readonly StepLayer[];
  readonly document: Omit<ImageConfig, 'rootfs'>;
  /** In full. */
  readonly tags: readonly string[];
}

export interface Exported {
  readonly image: Image | undefined;
  readonly archive: Uint8Array | undefined;
}

/** Makes of a build what was asked for, telling of it as BuildKit does. */
export async function exportBuild(
  images: ImageStore,
  built: Built,
  output: BuildOutput,
  reporter: Reporter,
): Promise<Exported> {
  if (output.kind === 'none') return { image: undefined, archive: undefined };
  const vertex = await reporter.vertex(NAMES[output.kind]);
  return vertex.during(async () => {
    switch (output.kind) {
      case 'image':
        return { image: await exportImage(images, built, vertex), archive: undefined };
      case 'directory':
      case 'tarball': {
        const archive = treeToTar(await rootOf(images, built.layers));
        const verb = output.kind === 'directory' ? 'copying files' : 'sending tarball';
        vertex.status(verb, archive.length, 0, true);
        return { image: undefined, archive };
      }
      case 'docker':
      case 'oci':
        return { image: undefined, archive: await exportArchive(images, built, vertex) };
    }
  });
}

const NAMES: Readonly<Record<Exclude<BuildOutput['kind'], 'none'>, string>> = {
  image: 'exporting to image',
  directory: 'exporting to client directory',
  tarball: 'exporting to client tarball',
  docker: 'exporting to docker image format',
  oci: 'exporting to oci image format',
};

async function exportImage(
  images: ImageStore,
  { layers, document, tags }: Built,
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

/** The image is in the store only meanwhile, unless it was there before. */
async function exportArchive(
  images: ImageStore,
  { layers, document, tags }: Built,
  vertex: VertexReporter,
): Promise<Uint8Array> {
  vertex.status('exporting layers', 0, 0, true);
  const before = new Set(images.list({ all: true }).map(({ id }) => id));
  const image = await images.create({ config: document, layers: layers.map(({ diffId }) => diffId) });
  try {
    const references = tags.map((tag) => parseReference(tag));
    const archive = writeTar(await archiveImages(images, [{ image, references }]));
    vertex.status(`exporting config ${image.id}`, 0, 0, true);
    vertex.status('sending tarball', archive.length, 0, true);
    return archive;
  } finally {
    if (!before.has(image.id)) await images.remove(image.id);
  }
}
