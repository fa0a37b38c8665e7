import { HttpError, json, notImplemented } from './http-error.ts';
import { type Route, route } from './route.ts';

const noSuchVolume = (name: string): HttpError => new HttpError(404, `get ${name}: no such volume`);

export const volumeRoutes: readonly Route[] = [
  route('GET', '/volumes', () => json({ Volumes: [], Warnings: null })),
  route('POST', '/volumes/create', () => {
    throw notImplemented('creating volumes');
  }),
  route('POST', '/volumes/prune', () => json({ VolumesDeleted: null, SpaceReclaimed: 0 })),
  route('GET', '/volumes/{name}', ({ params }) => {
    throw noSuchVolume(params.name ?? '');
  }),
  route('DELETE', '/volumes/{name}', ({ params }) => {
    throw noSuchVolume(params.name ?? '');
  }),
];
