/** A static host as `fetch`: files by path, 404 for the rest, never a Content-Type. */
export function staticHost(files: ReadonlyMap<string, Uint8Array>, base = 'http://lab/'): typeof fetch {
  return async (input, init) => {
    init?.signal?.throwIfAborted();
    const url = input instanceof Request ? input.url : String(input);
    const bytes = url.startsWith(base) ? files.get(url.slice(base.length)) : undefined;
    return bytes ? new Response(bytes.slice()) : new Response('<html>no such page</html>', { status: 404 });
  };
}
