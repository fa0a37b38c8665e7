import type { ContainerCreateRequest, ContainerCreateResponse } from '../api/types.ts';
import { Container } from './container.ts';
import { type Context, findContainer, publish, update } from './context.ts';
import { completeHostConfig, mergeConfig } from './create-config.ts';
import { randomId, shortId } from './ids.ts';
import { CREATED } from './lifecycle.ts';
import { checkName, generateName, nameInUse } from './names.ts';
import { HOST_NAME } from './network/etc-files.ts';
import { isOnHost, networkRequest, withOwnersId } from './network/requests.ts';
import { fillVolume } from './volumes/fill-volume.ts';
import { mountsOfRequest } from './volumes/mounts-of-request.ts';

/** Creates a container. Throws ContainerError, or ImageError `not-found` if the image is not here. */
export async function createContainer(
  context: Context,
  name: string,
  request: ContainerCreateRequest,
): Promise<ContainerCreateResponse> {
  const image = context.images.find(request.Image ?? '');
  const id = randomId();
  const host = withOwnersId(completeHostConfig(request.HostConfig), (query) => findContainer(context, query).id);
  const config = mergeConfig(request, image.config.config ?? {}, isOnHost(host) ? HOST_NAME : shortId(id));
  const network = networkRequest(context.networks, request, host);
  const taken = nameHolder(context, id, name);
  try {
    const planned = await mountsOfRequest(
      {
        machine: context.machine,
        volumes: context.volumes,
        mountsOf: (other) => findContainer(context, other).record.mounts,
      },
      config,
      host,
    );
    for (const { mount, fills } of planned) {
      if (mount.type !== 'volume' || !fills) continue;
      await fillVolume(context.machine, context.volumes, mount, await context.images.rootfs(image.layers), id);
    }
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
        mounts: planned.map(({ mount }) => mount),
        endpoints: network.endpoints,
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
    return { Id: id, Warnings: network.warnings };
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
