/** Bytes of a part, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A `Range` header (RFC 9110, 14.2). Undefined for none, for several ranges and for what is malformed: a server may
 * then send everything.
 */
export function parseRange(header: string | null, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return undefined;
    const length = Number(to);
    return length === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - length), last: size - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= size) return 'unsatisfiable';
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

/** A chunk's `Content-Range` (distribution-spec 1.1, "Pushing a blob in chunks"); undefined if it is malformed. */
export function parseContentRange(header: string): ByteRange | undefined {
  const match = /^(\d+)-(\d+)$/.exec(header.trim());
  const range = match && { first: Number(match[1]), last: Number(match[2]) };
  return range && range.last >= range.first ? range : undefined;
}
