import type { BuildRequest } from '../../builder/request.ts';
import type { Directory } from '../../files/node.ts';
import { badRequest } from './http-error.ts';
import { checkPlatform } from './platform.ts';
import { flag } from './query.ts';

/** `POST /build`'s query with a context as a request to the builder. Throws HttpError. */
export function buildRequest(query: URLSearchParams, context: Directory, signal: AbortSignal): BuildRequest {
  const platform = query.get('platform');
  checkPlatform(platform);
  const network = query.get('networkmode') ?? '';
  if (!['', 'default', 'bridge', 'none', 'host'].includes(network)) {
    throw badRequest(`network mode ${JSON.stringify(network)} not supported by this engine`);
  }
  const target = query.get('target');
  return {
    context,
    dockerfilePath: query.get('dockerfile') || 'Dockerfile',
    tags: query.getAll('t').filter((tag) => tag !== ''),
    buildArgs: stringMap(query, 'buildargs'),
    labels: stringMap(query, 'labels'),
    noCache: flag(query, 'nocache'),
    pull: flag(query, 'pull'),
    network: network === 'none' || network === 'host' ? network : 'default',
    signal,
    ...(target && { target }),
    ...(platform && { platform }),
  };
}

/** A JSON object of strings; values that are null (arguments without a value in the client's environment) are left out. */
function stringMap(query: URLSearchParams, name: string): Readonly<Record<string, string>> {
  const text = query.get(name);
  if (!text) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw badRequest(`invalid JSON in ${name}`);
  }
  if (parsed === null) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw badRequest(`invalid JSON in ${name}`);
  return Object.fromEntries(
    Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
