import { type SolveStatus, toBase64, type VertexWarning } from '../../builder/progress.ts';

const encoder = new TextEncoder();

/**
 * A line of `--progress=rawjson`, without its end: BuildKit's SolveStatus as Go writes it, with `reason` in a vertex as
 * Drydock's own. Undefined for an event that says nothing in these terms.
 */
export function rawJson({ vertexes, statuses, logs, warnings }: SolveStatus): string | undefined {
  if (!vertexes && !statuses && !logs && !warnings) return undefined;
  return JSON.stringify({
    ...(vertexes && {
      vertexes: vertexes.map(({ digest, inputs, name, started, completed, cached, error, reason }) => ({
        digest,
        ...(inputs && { inputs }),
        name,
        ...(started !== undefined && { started }),
        ...(completed !== undefined && { completed }),
        ...(cached && { cached }),
        ...(error !== undefined && { error }),
        ...(reason !== undefined && { reason }),
      })),
    }),
    ...(statuses && { statuses }),
    ...(logs && { logs: logs.map((log) => ({ ...log, data: toBase64(log.data) })) }),
    ...(warnings && { warnings: warnings.map(rawWarning) }),
  });
}

/** Go writes texts that it has as bytes in base64. */
function rawWarning({ vertex, level, short, detail, url, range }: VertexWarning) {
  const bytes = (text: string): string => toBase64(encoder.encode(text));
  return {
    vertex,
    level,
    short: bytes(short),
    detail: detail.map(bytes),
    url,
    range: [{ start: { line: range.start }, end: { line: range.end } }],
  };
}
