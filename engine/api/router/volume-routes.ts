import type { VolumeCreateRequest, VolumeListResponse, VolumesPruneResponse } from '../types.ts';
import { checkFields, readObject } from './body.ts';
import { HttpError, json, noContent } from './http-error.ts';
import { filters, flag } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';

function list({ query, services }: RouteContext): Response {
  const body: VolumeListResponse = { Volumes: services.containers.volumes.list(filters(query)), Warnings: null };
  return json(body);
}

async function create({ request, services }: RouteContext): Promise<Response> {
  const body = await readObject(request);
  const types = {
    Name: 'string',
    Driver: 'string',
    DriverOpts: 'map[string]string',
    Labels: 'map[string]string',
  } as const;
  checkFields(body, types, 'CreateOptions');
  const { Name: name = '', Driver: driver = '', DriverOpts, Labels } = body as VolumeCreateRequest;
  const volume = await services.containers.volumes.create({
    name,
    driver,
    driverOptions: DriverOpts ?? null,
    labels: Labels ?? null,
  });
  return json(volume, 201);
}

async function prune({ query, services }: RouteContext): Promise<Response> {
  const { names, bytes } = await services.containers.volumes.prune(filters(query));
  const body: VolumesPruneResponse = { VolumesDeleted: names.length > 0 ? names : null, SpaceReclaimed: bytes };
  return json(body);
}

async function remove({ params, query, services }: RouteContext): Promise<Response> {
  await services.containers.volumes.remove(params.name ?? '', flag(query, 'force'));
  return noContent();
}

export const volumeRoutes: readonly Route[] = [
  route('GET', '/volumes', list),
  route('POST', '/volumes/create', create),
  route('POST', '/volumes/prune', prune),
  route('GET', '/volumes/{name}', ({ params, services }) => json(services.containers.volumes.get(params.name ?? ''))),
  route('PUT', '/volumes/{name}', () => {
    throw new HttpError(
      503,
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    );
  }),
  route('DELETE', '/volumes/{name}', remove),
];
