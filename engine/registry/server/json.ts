/** A JSON answer with a newline at its end, as other registries write it: the next prompt stands on a line of its own. */
export function json(
  body: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const { status = 200, headers = {} } = options;
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}
