import { BUILD_PARTS, type BuildMessage, type BuildQuery, PROGRESS_HEADER } from '../types.ts';
import type { Connection, RequestOptions } from './connection.ts';
import { ndjson } from './ndjson.ts';

/** What goes with a build beside its context. Only Drydock's engine takes these (see {@link BUILD_PARTS}). */
export interface BuildParts {
  readonly dockerfile?: Uint8Array;
  readonly dockerignore?: Uint8Array;
  /** By ID. */
  readonly secrets?: ReadonlyMap<string, Uint8Array>;
  /** Tars, or names of images, by name. */
  readonly contexts?: ReadonlyMap<string, Uint8Array | string>;
}

export interface BuildExtra {
  readonly progress?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly parts?: BuildParts | undefined;
}

/**
 * `POST /build` with a tar as context. The messages follow either style of BuildMessage; an engine that does not know
 * the progress header answers in the classic one. Throws EngineApiError; a failed step is a message with `error`.
 */
export async function build(
  connection: Connection,
  context: Uint8Array,
  options: BuildQuery,
  { progress = false, signal, parts }: BuildExtra = {},
): Promise<AsyncIterable<BuildMessage>> {
  const { buildargs, labels, cachefrom, ulimits, outputs, nocachefilter, rm = true, t, extrahosts, ...plain } = options;
  const stream = await connection.stream('POST', '/build', {
    query: {
      ...plain,
      t,
      extrahosts,
      // Go's client says 0, for the engine takes a missing `rm` as true.
      rm: rm ? '1' : '0',
      buildargs: json(buildargs),
      labels: json(labels),
      cachefrom: json(cachefrom),
      ulimits: json(ulimits),
      outputs: json(outputs),
      nocachefilter: json(nocachefilter),
      version: '1',
    },
    ...bodyOf(context, parts, progress ? { [PROGRESS_HEADER]: '1' } : {}),
    signal,
  });
  return ndjson(stream);
}

function bodyOf(
  context: Uint8Array,
  parts: BuildParts | undefined,
  headers: Readonly<Record<string, string>>,
): Pick<RequestOptions, 'body' | 'headers'> {
  const { dockerfile, dockerignore, secrets = new Map(), contexts = new Map() } = parts ?? {};
  if (!dockerfile && !dockerignore && secrets.size === 0 && contexts.size === 0) {
    return { body: context, headers: { ...headers, 'Content-Type': 'application/x-tar' } };
  }
  const form = new FormData();
  // A view over a SharedArrayBuffer is no BlobPart; none is ever made here.
  const append = (name: string, bytes: Uint8Array): void => form.append(name, new Blob([bytes as BlobPart]));
  append(BUILD_PARTS.context, context);
  if (dockerfile) append(BUILD_PARTS.dockerfile, dockerfile);
  if (dockerignore) append(BUILD_PARTS.dockerignore, dockerignore);
  for (const [id, bytes] of secrets) append(BUILD_PARTS.secret + id, bytes);
  for (const [name, value] of contexts) {
    if (typeof value === 'string') form.append(BUILD_PARTS.imageContext + name, value);
    else append(BUILD_PARTS.filesContext + name, value);
  }
  return { body: form, headers };
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
