import { layerName, layerPath } from '../../container/layer-publisher.ts';
import { type Image, imageCreated, imageSize } from '../../image/image.ts';
import type { ImageStore } from '../../image/image-store.ts';
import type { ImageInspect, ImageSummary } from '../types.ts';

/** An entry of `GET /images/json`. */
export function imageSummary(images: ImageStore, image: Image, containers: number): ImageSummary {
  const { tags, digests } = images.names(image.id);
  return {
    Containers: containers,
    Created: imageCreated(image),
    Id: image.id,
    Labels: image.config.config?.Labels ?? null,
    ParentId: image.parent ?? '',
    RepoDigests: digests,
    RepoTags: tags,
    SharedSize: -1,
    Size: imageSize(image),
  };
}

/** `GET /images/{name}/json`. `tagged` is when it last got a name, as far as is known. */
export function imageInspect(images: ImageStore, image: Image): ImageInspect {
  const { tags, digests } = images.names(image.id);
  const { config } = image;
  const paths = image.layers.map((layer) => layerPath(layerName(layer.diffId))).reverse();
  const [top = '', ...lower] = paths;
  return {
    Id: image.id,
    RepoTags: tags,
    RepoDigests: digests,
    Parent: image.parent ?? '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? '',
    DockerVersion: '',
    Author: config.author ?? '',
    Config: config.config ?? null,
    Architecture: config.architecture,
    ...(config.variant && { Variant: config.variant }),
    Os: config.os,
    Size: imageSize(image),
    GraphDriver: {
      Data: { ...(lower.length > 0 && { LowerDir: lower.join(':') }), UpperDir: top },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
  };
}
