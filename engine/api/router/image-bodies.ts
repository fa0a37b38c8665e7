import { layerName, layerPath } from '../../container/layer-publisher.ts';
import type { ContainerConfig, ImageConfig } from '../../image/documents.ts';
import { type Image, imageCreated, imageSize } from '../../image/image.ts';
import type { ImageStore } from '../../image/image-store.ts';
import type { ImageInspect, ImageSummary, ImageConfig as InspectedConfig } from '../types.ts';
import { olderVersion } from './route.ts';

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

/** `GET /images/{name}/json`, as of the API version that is asked for. */
export function imageInspect(images: ImageStore, image: Image, version: string): ImageInspect {
  const { tags, digests } = images.names(image.id);
  const { config } = image;
  const paths = image.layers.map((layer) => layerPath(layerName(layer.diffId))).reverse();
  const [top = '', ...lower] = paths;
  const size = imageSize(image);
  return {
    Id: image.id,
    RepoTags: tags,
    RepoDigests: digests,
    Parent: image.parent ?? '',
    Comment: text(config, 'comment') || (config.history?.at(-1)?.comment ?? ''),
    ...(config.created !== undefined && { Created: config.created }),
    DockerVersion: text(config, 'docker_version'),
    Author: config.author ?? '',
    Config: olderVersion(version, '1.50') ? legacyConfig(config.config ?? {}) : configBody(config.config ?? {}),
    Architecture: config.architecture,
    ...(config.variant && { Variant: config.variant }),
    Os: config.os,
    ...(text(config, 'os.version') && { OsVersion: text(config, 'os.version') }),
    Size: size,
    ...(olderVersion(version, '1.44') && { VirtualSize: size }),
    GraphDriver: {
      Data: { ...(lower.length > 0 && { LowerDir: lower.join(':') }), UpperDir: top },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', ...(image.layers.length > 0 && { Layers: config.rootfs.diff_ids }) },
    Metadata: { LastTagTime: images.lastTagged(image.id) ?? '0001-01-01T00:00:00Z' },
  };
}

/** A field that OCI's image-spec does not know, or that we have no other use for. */
function text(config: ImageConfig, field: string): string {
  const value = (config as unknown as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'string' ? value : '';
}

/** In Go's order, and without what is empty, as it leaves that out. */
function configBody(config: ContainerConfig): InspectedConfig {
  const { User, ExposedPorts, Env, Entrypoint, Cmd, Volumes, WorkingDir, Labels, StopSignal, ArgsEscaped } = config;
  const { Healthcheck, OnBuild, Shell } = config;
  const fields = {
    ...{ User, ExposedPorts, Env, Entrypoint, Cmd, Volumes, WorkingDir, Labels, StopSignal, ArgsEscaped },
    ...{ Healthcheck, OnBuild, Shell },
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Before API 1.50 it was a container's whole configuration, what is empty included. */
function legacyConfig(config: ContainerConfig): InspectedConfig {
  const { User = '', WorkingDir = '', Env, Cmd, Volumes, Entrypoint, OnBuild, Labels } = config;
  const { ExposedPorts, Healthcheck, ArgsEscaped, StopSignal, Shell } = configBody(config);
  return {
    ...{ Hostname: '', Domainname: '', User, AttachStdin: false, AttachStdout: false, AttachStderr: false },
    ...(ExposedPorts && { ExposedPorts }),
    ...{ Tty: false, OpenStdin: false, StdinOnce: false, Env: Env ?? null, Cmd: Cmd ?? null },
    ...(Healthcheck && { Healthcheck }),
    ...(ArgsEscaped && { ArgsEscaped }),
    ...{ Image: '', Volumes: Volumes ?? null, WorkingDir, Entrypoint: Entrypoint ?? null },
    ...{ OnBuild: OnBuild ?? null, Labels: Labels ?? null },
    ...(StopSignal && { StopSignal }),
    ...(Shell && { Shell }),
  };
}
