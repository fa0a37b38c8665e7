/** `--signal` and `--timeout` of `stop` and `restart`: what was not given is the container's own. */
export function graceOptions(
  flags: { readonly signal: string; readonly timeout: number; readonly time: number },
  changed: ReadonlySet<string>,
): { readonly signal?: string; readonly timeout?: number } {
  return {
    ...(flags.signal ? { signal: flags.signal } : {}),
    ...(changed.has('timeout') ? { timeout: flags.timeout } : changed.has('time') ? { timeout: flags.time } : {}),
  };
}
