/** Where programs are looked for if neither image nor user says. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const nameOf = (entry: string): string => entry.split('=', 1)[0] ?? entry;

/**
 * `overrides` laid over `base`: a known name is replaced in its place, a new one appended, a bare `NAME` taken out
 * (moby, "ReplaceOrAppendEnvValues").
 */
export function mergeEnvironment(base: readonly string[], overrides: readonly string[]): readonly string[] {
  const merged = new Map(base.map((entry) => [nameOf(entry), entry]));
  for (const entry of overrides) {
    if (entry.includes('=')) merged.set(nameOf(entry), entry);
    else merged.delete(entry);
  }
  return [...merged.values()];
}

/** What a process in a container sees: Docker's own variables, the container's over them, and HOME if nobody set it. */
export function processEnvironment(options: {
  readonly hostname: string;
  readonly tty: boolean;
  readonly env: readonly string[];
  readonly home: string;
}): readonly string[] {
  const own = [`PATH=${DEFAULT_PATH}`, `HOSTNAME=${options.hostname}`, ...(options.tty ? ['TERM=xterm'] : [])];
  const merged = mergeEnvironment(own, options.env);
  return merged.some((entry) => nameOf(entry) === 'HOME') ? merged : [...merged, `HOME=${options.home}`];
}
