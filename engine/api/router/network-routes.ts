import type { NetworkConnectRequest, NetworkCreateRequest, NetworkDisconnectRequest } from '../types.ts';
import { checkFields, readObject } from './body.ts';
import { endpointSettings } from './endpoint-body.ts';
import { badRequest, HttpError, json, noContent } from './http-error.ts';
import { filters } from './query.ts';
import { type Route, type RouteContext, route } from './route.ts';

const CREATE_FIELDS = {
  Name: 'string',
  Driver: 'string',
  Scope: 'string',
  EnableIPv4: 'bool',
  EnableIPv6: 'bool',
  IPAM: 'struct',
  Internal: 'bool',
  Attachable: 'bool',
  Ingress: 'bool',
  ConfigOnly: 'bool',
  ConfigFrom: 'struct',
  Options: 'map[string]string',
  Labels: 'map[string]string',
} as const;
const IPAM_FIELDS = { Driver: 'string', Options: 'map[string]string', Config: '[]struct' } as const;
const SUBNET_FIELDS = {
  Subnet: 'string',
  IPRange: 'string',
  Gateway: 'string',
  AuxiliaryAddresses: 'map[string]string',
} as const;
type Fields = Readonly<Record<string, unknown>>;

async function create({ request, services }: RouteContext): Promise<Response> {
  const body = await readObject(request);
  checkFields(body, CREATE_FIELDS, 'CreateRequest');
  const ipam = (body.IPAM ?? {}) as Fields;
  checkFields(ipam, IPAM_FIELDS, 'IPAM');
  for (const config of (ipam.Config ?? []) as readonly Fields[]) checkFields(config, SUBNET_FIELDS, 'IPAMConfig');
  const created = await services.containers.networks.create({
    ...(body as unknown as NetworkCreateRequest),
    Name: (body.Name as string | undefined) ?? '',
  });
  return json(created, 201);
}

async function connect({ request, params, services }: RouteContext): Promise<Response> {
  const body = await readObject(request);
  checkFields(body, { Container: 'string', EndpointConfig: 'struct' }, 'ConnectRequest');
  const { Container: container = '', EndpointConfig } = body as unknown as Partial<NetworkConnectRequest>;
  await services.containers.networks.connect(params.id ?? '', container, endpointSettings(EndpointConfig));
  return new Response(null, { status: 200 });
}

async function disconnect({ request, params, services }: RouteContext): Promise<Response> {
  const body = await readObject(request);
  checkFields(body, { Container: 'string', Force: 'bool' }, 'DisconnectRequest');
  const { Container: container = '', Force } = body as unknown as Partial<NetworkDisconnectRequest>;
  await services.containers.networks.disconnect(params.id ?? '', container, Force ?? false);
  return new Response(null, { status: 200 });
}

function inspect({ params, query, services }: RouteContext): Response {
  const id = params.id ?? '';
  const verbose = query.get('verbose');
  if (verbose && !/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(verbose)) {
    throw badRequest(
      `invalid value for verbose: ${verbose}: strconv.ParseBool: parsing ${JSON.stringify(verbose)}: invalid syntax`,
    );
  }
  const scope = query.get('scope');
  // All networks of an engine that is in no swarm are local.
  if (scope && scope !== 'local') throw new HttpError(404, `network ${id} not found`);
  return json(services.containers.networks.inspect(id));
}

export const networkRoutes: readonly Route[] = [
  route('GET', '/networks', ({ query, services }) => json(services.containers.networks.list(filters(query)))),
  route('POST', '/networks/create', create),
  route('POST', '/networks/prune', async ({ query, services }) =>
    json(await services.containers.networks.prune(filters(query))),
  ),
  route('POST', '/networks/{id}/connect', connect),
  route('POST', '/networks/{id}/disconnect', disconnect),
  route('GET', '/networks/{id}', inspect),
  route('DELETE', '/networks/{id}', async ({ params, services }) => {
    await services.containers.networks.remove(params.id ?? '');
    return noContent();
  }),
];
