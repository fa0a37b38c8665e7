import type { ExecCreateRequest } from '../types.ts';
import { checkFields, type FieldType, readObject } from './body.ts';
import { size } from './container-routes.ts';
import { json } from './http-error.ts';
import { type Answer, type Route, type RouteContext, route } from './route.ts';
import { hijack } from './streams.ts';

const CREATE_FIELDS: Readonly<Record<string, FieldType>> = {
  User: 'string',
  Privileged: 'bool',
  Tty: 'bool',
  AttachStdin: 'bool',
  AttachStderr: 'bool',
  AttachStdout: 'bool',
  Detach: 'bool',
  DetachKeys: 'string',
  Env: '[]string',
  WorkingDir: 'string',
  Cmd: '[]string',
};

const START_FIELDS: Readonly<Record<string, FieldType>> = { Detach: 'bool', Tty: 'bool' };

async function start(context: RouteContext): Promise<Answer> {
  const { params, request, services } = context;
  const body = await readObject(request);
  checkFields(body, START_FIELDS, 'ExecStartOptions');
  const id = params.id ?? '';
  if (body.Detach) {
    await services.containers.startDetachedExec(id);
    return new Response(null, { status: 200 });
  }
  const consoleSize = Array.isArray(body.ConsoleSize)
    ? ([Number(body.ConsoleSize[0]), Number(body.ConsoleSize[1])] as const)
    : null;
  const attachment = services.containers.startExec(id, { tty: body.Tty === true, consoleSize });
  return hijack(context, attachment);
}

export const execRoutes: readonly Route[] = [
  route('POST', '/containers/{name}/exec', async ({ params, request, services }) => {
    const body = await readObject(request);
    checkFields(body, CREATE_FIELDS, 'ExecOptions');
    const created = { ...body, Cmd: body.Cmd ?? [] } as ExecCreateRequest;
    return json({ Id: services.containers.createExec(params.name ?? '', created) }, 201);
  }),
  route('POST', '/exec/{id}/start', start),
  route('POST', '/exec/{id}/resize', async ({ params, query, services }) => {
    await services.containers.resizeExec(params.id ?? '', ...size(query));
    return new Response(null, { status: 200 });
  }),
  route('GET', '/exec/{id}/json', ({ params, services }) => json(services.containers.inspectExec(params.id ?? ''))),
];
