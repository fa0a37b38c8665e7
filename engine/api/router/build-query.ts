import type { BuildOutput, BuildRequest } from '../../builder/request.ts';
import type { StepLimits } from '../../builder/run-step.ts';
import { badRequest } from './http-error.ts';
import { checkPlatform } from './platform.ts';
import { flag, integer } from './query.ts';

/** What of a build comes in the query of its request. */
export type BuildOptions = Omit<BuildRequest, 'context' | 'dockerfile' | 'dockerignore' | 'secrets' | 'contexts'>;

const OUTPUTS: readonly BuildOutput['kind'][] = ['image', 'none', 'directory', 'tarball', 'docker', 'oci'];

/** `POST /build`'s query as a request to the builder. Throws HttpError. */
export function buildOptions(query: URLSearchParams, signal: AbortSignal): BuildOptions {
  const platform = query.get('platform');
  checkPlatform(platform);
  if (flag(query, 'squash')) throw badRequest('squash is only supported with experimental mode');
  const [target, contextName] = [query.get('target'), query.get('contextname')];
  const cpus = query.get('cpusetcpus');
  if (cpus && cpus !== '0') throw badRequest(`Requested CPUs are not available - requested ${cpus}, available: 0`);
  return {
    dockerfilePath: query.get('dockerfile') || 'Dockerfile',
    tags: query.getAll('t').filter((tag) => tag !== ''),
    buildArgs: stringMap(query, 'buildargs'),
    labels: stringMap(query, 'labels'),
    noCache: flag(query, 'nocache'),
    noCacheFilter: stringList(query, 'nocachefilter'),
    cacheFrom: stringList(query, 'cachefrom'),
    pull: flag(query, 'pull'),
    network: networkOf(query),
    limits: limitsOf(query),
    output: outputOf(query),
    signal,
    ...(target && { target }),
    ...(platform && { platform }),
    ...(contextName && { contextName }),
  };
}

function networkOf(query: URLSearchParams): 'default' | 'none' | 'host' {
  const network = query.get('networkmode') ?? '';
  if (network === 'none' || network === 'host') return network;
  if (['', 'default', 'bridge'].includes(network)) return 'default';
  throw badRequest(`network mode ${JSON.stringify(network)} not supported by this engine`);
}

function limitsOf(query: URLSearchParams): StepLimits {
  const number = (name: string): number => integer(query, name) ?? 0;
  return {
    extraHosts: query.getAll('extrahosts').filter((host) => host !== ''),
    ulimits: ulimitsOf(query),
    shmSize: number('shmsize'),
    memory: number('memory'),
    memorySwap: number('memswap'),
    cpuShares: number('cpushares'),
    cpuPeriod: number('cpuperiod'),
    cpuQuota: number('cpuquota'),
  };
}

function ulimitsOf(query: URLSearchParams): StepLimits['ulimits'] {
  const value = json(query, 'ulimits') ?? [];
  if (!Array.isArray(value)) throw badRequest('error reading ulimit settings');
  return value.map((each: { Name?: unknown; Soft?: unknown; Hard?: unknown } | null) => {
    const { Name: name, Soft: soft, Hard: hard } = each ?? {};
    if (typeof name !== 'string' || typeof soft !== 'number' || typeof hard !== 'number') {
      throw badRequest('error reading ulimit settings');
    }
    return { name, soft, hard };
  });
}

/** Docker's `outputs`, a list of type and attributes, of which this engine makes one. */
function outputOf(query: URLSearchParams): BuildOutput {
  const value = json(query, 'outputs') ?? [];
  if (!Array.isArray(value)) throw badRequest('invalid JSON in outputs');
  if (value.length > 1) throw badRequest('multiple outputs are not supported by this engine');
  const [first] = value as readonly ({ readonly Type?: unknown } | null)[];
  if (first === undefined) return { kind: 'image' };
  const kind = OUTPUTS.find((each) => each === first?.Type);
  if (!kind) throw badRequest(`unsupported output type ${JSON.stringify(first?.Type)}`);
  return { kind };
}

function stringList(query: URLSearchParams, name: string): readonly string[] {
  const value = json(query, name) ?? [];
  if (!Array.isArray(value)) throw badRequest(`invalid JSON in ${name}`);
  return value.filter((each): each is string => typeof each === 'string' && each !== '');
}

/** A JSON object of strings; values that are null (arguments without a value in the client's environment) are left out. */
function stringMap(query: URLSearchParams, name: string): Readonly<Record<string, string>> {
  const value = json(query, name);
  if (value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest(`invalid JSON in ${name}`);
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Undefined for nothing, and for null. */
function json(query: URLSearchParams, name: string): object | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return undefined;
    if (typeof value === 'object') return value;
  } catch {
    // Said below, as for what is no object.
  }
  throw badRequest(`invalid JSON in ${name}`);
}
