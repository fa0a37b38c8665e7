import type { ContainerCreateRequest, ContainerCreateResponse, EndpointSettings } from '../api/types.ts';
import { Container } from './container.ts';
import { type Context, publish, update } from './context.ts';
import { completeHostConfig, mergeConfig } from './create-config.ts';
import { invalidParameter } from './errors.ts';
import { randomId, shortId } from './ids.ts';
import { CREATED } from './lifecycle.ts';
import { checkName, generateName, nameInUse } from './names.ts';

/** Creates a container. Throws ContainerError, or ImageError `not-found` if the image is not here. */
export async function createContainer(
  context: Context,
  name: string,
  request: ContainerCreateRequest,
): Promise<ContainerCreateResponse> {
  const image = context.images.find(request.Image ?? '');
  const id = randomId();
  const config = mergeConfig(request, image.config.config ?? {}, shortId(id));
  const host = completeHostConfig(request.HostConfig);
  refuseWhatIsMissing(config.Volumes ?? {}, host.Binds ?? [], host.Mounts ?? [], host.NetworkMode);
  const taken = nameHolder(context, id, name);
  try {
    const [path = '', ...args] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
    const container = new Container(
      {
        id,
        name: taken,
        created: context.clock(),
        image: image.id,
        imageConfig: image.config,
        layers: image.layers,
        path,
        args,
        config,
        host,
        endpoints: endpoints(request, host.NetworkMode),
        lifecycle: CREATED,
        restartCount: 0,
        hasUpper: false,
        manuallyStopped: false,
      },
      context.clock,
    );
    await update(context, container, {});
    context.containers.set(id, container);
    publish(context, container, 'create');
    return { Id: id, Warnings: [] };
  } finally {
    context.reserved.delete(taken);
  }
}

/** Reserves the given name or a new one. Throws ContainerError if it is taken or Docker would not take it. */
function nameHolder(context: Context, id: string, given: string): string {
  const holder = (name: string): string | undefined =>
    context.reserved.has(name) ? id : [...context.containers.values()].find((other) => other.name === name)?.id;
  const name = given === '' ? generateName((candidate) => holder(candidate) !== undefined) : checkName(given);
  const owner = holder(name);
  if (owner !== undefined) throw nameInUse(name, owner);
  context.reserved.add(name);
  return name;
}

function endpoints(request: ContainerCreateRequest, networkMode: string): Readonly<Record<string, EndpointSettings>> {
  const asked = request.NetworkingConfig?.EndpointsConfig ?? {};
  const names = new Set([...Object.keys(asked).filter((name) => name !== 'default'), networkMode]);
  return Object.fromEntries([...names].map((name) => [name, asked[name] ?? {}]));
}

/** Says plainly what this engine cannot do yet, in place of running a container without it. */
function refuseWhatIsMissing(
  volumes: Readonly<Record<string, unknown>>,
  binds: readonly string[],
  mounts: readonly { readonly Type: string }[],
  networkMode: string,
): void {
  if (binds.length > 0 || mounts.some((mount) => mount.Type !== 'tmpfs') || Object.keys(volumes).length > 0) {
    throw invalidParameter('volumes and bind mounts are not supported by this engine yet');
  }
  if (networkMode.startsWith('container:')) {
    throw invalidParameter('sharing the network of another container is not supported by this engine yet');
  }
}
