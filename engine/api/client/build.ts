import { type BuildMessage, type BuildQuery, PROGRESS_HEADER } from '../types.ts';
import type { Connection } from './connection.ts';
import { ndjson } from './ndjson.ts';

/**
 * `POST /build` with a tar as context. The messages follow either style of BuildMessage; an engine that does not know
 * the progress header answers in the classic one. Throws EngineApiError; a failed step is a message with `error`.
 */
export async function build(
  connection: Connection,
  context: Uint8Array,
  options: BuildQuery,
  extra: { readonly progress?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<AsyncIterable<BuildMessage>> {
  const { buildargs, labels, cachefrom, ulimits, rm = true, t, extrahosts, ...plain } = options;
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
      version: '1',
    },
    body: context,
    headers: {
      'Content-Type': 'application/x-tar',
      ...(extra.progress ? { [PROGRESS_HEADER]: '1' } : {}),
    },
    signal: extra.signal,
  });
  return ndjson(stream);
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
