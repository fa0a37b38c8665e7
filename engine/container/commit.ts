import type { ContainerConfig } from '../api/types.ts';
import type { ContainerConfig as ImageContainerConfig } from '../image/documents.ts';
import { familiarName, parseReference } from '../image/reference.ts';
import type { Digest } from '../stores/blob-store.ts';
import { applyChanges } from './commit-changes.ts';
import type { Container } from './container.ts';
import { type Context, nowText, publish } from './context.ts';
import { ContainerError } from './errors.ts';
import { isPaused } from './lifecycle.ts';
import { pauseContainer, unpauseContainer } from './stop.ts';

export interface CommitOptions {
  /** Without a repository the image gets no name. */
  readonly repo?: string;
  readonly tag?: string;
  readonly author?: string;
  readonly comment?: string;
  /** Dockerfile instructions. */
  readonly changes?: readonly string[];
  /** Freezes the container meanwhile; true if left out. */
  readonly pause?: boolean;
  /** Takes the place of the container's configuration where it says something. */
  readonly config?: Partial<ContainerConfig>;
}

/** An empty layer's tar: two zero blocks. */
const EMPTY_TAR = new Uint8Array(1024);

/** Makes an image of a container: its image's layers and one of what it wrote. Throws ContainerError, ImageError. */
export async function commitContainer(context: Context, container: Container, options: CommitOptions): Promise<Digest> {
  const { record } = container;
  if (record.lifecycle.status === 'removing' || record.lifecycle.status === 'dead') {
    throw new ContainerError(
      'conflict',
      `You cannot commit container ${container.id} which is ${record.lifecycle.status === 'dead' ? 'Dead' : 'being removed'}`,
    );
  }
  const reference = options.repo
    ? parseReference(options.tag ? `${options.repo}:${options.tag}` : options.repo)
    : undefined;
  const config = applyChanges(imageConfigOf(record.config, options.config), options.changes ?? []);
  return frozen(context, container, options.pause ?? true, async () => {
    const tar = record.hasUpper ? await context.machine.packUpper(container.id) : EMPTY_TAR;
    const layer = await context.images.addLayer(tar);
    const created = nowText(context);
    const { rootfs: _, history = [], author: __, ...base } = record.imageConfig;
    const image = await context.images.create({
      config: {
        ...base,
        created,
        ...(options.author && { author: options.author }),
        config,
        history: [
          ...history,
          {
            created,
            ...(options.author && { author: options.author }),
            created_by: [record.path, ...record.args].join(' '),
            ...(options.comment && { comment: options.comment }),
          },
        ],
      },
      layers: [...record.layers.map((parent) => parent.diffId), layer],
      ...(context.images.get(record.image) && { parent: record.image }),
    });
    if (reference) await context.images.tag(reference, image.id);
    publish(context, container, 'commit', {
      comment: options.comment ?? '',
      imageID: image.id,
      imageRef: reference ? familiarName(reference) : '',
    });
    return image.id;
  });
}

/** Does something while the container's processes stand still, if they run and `pause` asks for it. */
async function frozen<T>(context: Context, container: Container, pause: boolean, work: () => Promise<T>): Promise<T> {
  if (!pause || container.record.lifecycle.status !== 'running') return work();
  await pauseContainer(context, container);
  try {
    return await work();
  } finally {
    if (isPaused(container.record.lifecycle)) await unpauseContainer(context, container);
  }
}

/** The part of a container's configuration that an image keeps. */
function imageConfigOf(config: ContainerConfig, override: Partial<ContainerConfig> = {}): ImageContainerConfig {
  const merged = { ...config, ...Object.fromEntries(Object.entries(override).filter(([, value]) => isGiven(value))) };
  return {
    ...(merged.User && { User: merged.User }),
    ...(merged.ExposedPorts && { ExposedPorts: merged.ExposedPorts }),
    ...(merged.Env?.length && { Env: merged.Env }),
    ...(merged.Entrypoint?.length && { Entrypoint: merged.Entrypoint }),
    ...(merged.Cmd?.length && { Cmd: merged.Cmd }),
    ...(merged.Volumes && { Volumes: merged.Volumes }),
    ...(merged.WorkingDir && { WorkingDir: merged.WorkingDir }),
    ...(merged.Labels && Object.keys(merged.Labels).length > 0 && { Labels: merged.Labels }),
    ...(merged.StopSignal && { StopSignal: merged.StopSignal }),
    ...(merged.Healthcheck && { Healthcheck: merged.Healthcheck }),
    ...(merged.Shell?.length && { Shell: merged.Shell }),
    ...(merged.OnBuild?.length && { OnBuild: merged.OnBuild }),
  };
}

function isGiven(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return false;
  return Array.isArray(value) ? value.length > 0 : true;
}
