import { HttpError, json, notImplemented } from './http-error.ts';
import { type Route, route } from './route.ts';

/** What dockerd answers to everything of swarm while it is in none. */
const notManager = (): never => {
  throw new HttpError(
    503,
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
  );
};

const resources = ['services', 'nodes', 'tasks', 'secrets', 'configs'].flatMap((name) => [
  route('GET', `/${name}`, notManager),
  route('GET', `/${name}/{id}`, notManager),
  route('POST', `/${name}/create`, notManager),
  route('POST', `/${name}/{id}/update`, notManager),
  route('DELETE', `/${name}/{id}`, notManager),
]);

export const swarmRoutes: readonly Route[] = [
  ...resources,
  route('GET', '/swarm', notManager),
  route('GET', '/swarm/unlockkey', notManager),
  route('POST', '/swarm/update', notManager),
  route('POST', '/swarm/unlock', notManager),
  route('POST', '/swarm/leave', () => {
    throw new HttpError(503, 'This node is not part of a swarm');
  }),
  route('POST', '/swarm/init', () => {
    throw notImplemented('swarm mode');
  }),
  route('POST', '/swarm/join', () => {
    throw notImplemented('swarm mode');
  }),
  route('GET', '/plugins', () => json([])),
  route('GET', '/plugins/{name}/json', ({ params }) => {
    throw new HttpError(404, `plugin ${JSON.stringify(params.name ?? '')} not found`);
  }),
];
