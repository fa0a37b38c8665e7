import type { BuildQuery } from '../../api/types.ts';
import type { FlagValues } from '../flags/flag.ts';
import { keyValues } from '../options/key-values.ts';
import { ulimit } from '../options/resource-flags.ts';
import type { BuildContext } from './context.ts';
import type { buildFlags } from './flags.ts';
import type { OutputOption } from './output.ts';

export type BuildFlagValues = FlagValues<typeof buildFlags>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Names of the image: those of `--tag`, and those that `--output` gives. */
export function imageNames(flags: BuildFlagValues, output: OutputOption): readonly string[] {
  return [...flags.tag, ...(output.kind === 'image' ? output.names : [])];
}

/** The options of a build as the API takes them. Throws FlagValueError. */
export function buildQuery(
  flags: BuildFlagValues,
  source: BuildContext,
  output: OutputOption,
  env: Environment,
): BuildQuery {
  const outputs = output.kind === 'image' ? undefined : [{ Type: output.kind === 'none' ? output.kind : output.type }];
  return {
    dockerfile: source.dockerfile,
    t: imageNames(flags, output),
    q: flags.quiet,
    nocache: flags['no-cache'],
    pull: flags.pull,
    rm: flags.rm,
    forcerm: flags['force-rm'],
    buildargs: buildArguments(flags['build-arg'], env),
    labels: keyValues(flags.label),
    ...(source.remote ? { remote: source.remote } : {}),
    ...(outputs ? { outputs } : {}),
    ...(flags['no-cache-filter'].length > 0 ? { nocachefilter: flags['no-cache-filter'] } : {}),
    ...(flags['cache-from'].length > 0 ? { cachefrom: flags['cache-from'] } : {}),
    ...(flags.target ? { target: flags.target } : {}),
    ...(flags.platform ? { platform: flags.platform } : {}),
    ...(flags.network ? { networkmode: flags.network } : {}),
    ...(flags['add-host'].length > 0 ? { extrahosts: flags['add-host'] } : {}),
    ...(flags['shm-size'] ? { shmsize: flags['shm-size'] } : {}),
    ...(flags.memory ? { memory: flags.memory } : {}),
    ...(flags['memory-swap'] ? { memswap: flags['memory-swap'] } : {}),
    ...(flags['cpu-shares'] ? { cpushares: flags['cpu-shares'] } : {}),
    ...(flags['cpu-period'] ? { cpuperiod: flags['cpu-period'] } : {}),
    ...(flags['cpu-quota'] ? { cpuquota: flags['cpu-quota'] } : {}),
    ...(flags['cpuset-cpus'] ? { cpusetcpus: flags['cpuset-cpus'] } : {}),
    ...(flags['cpuset-mems'] ? { cpusetmems: flags['cpuset-mems'] } : {}),
    ...(flags['cgroup-parent'] ? { cgroupparent: flags['cgroup-parent'] } : {}),
    ...(flags.ulimit.length > 0 ? { ulimits: flags.ulimit.map(ulimit) } : {}),
    ...(flags.squash ? { squash: true } : {}),
  };
}

/**
 * An argument without a value takes it from the environment, and is left to the Dockerfile if it has none there.
 * SOURCE_DATE_EPOCH in the environment counts unasked, as in buildx.
 */
function buildArguments(entries: readonly string[], env: Environment): Record<string, string | null> {
  const epoch = env.SOURCE_DATE_EPOCH;
  const given = entries.map((entry): [string, string | null] => {
    const equals = entry.indexOf('=');
    return equals < 0 ? [entry, env[entry] ?? null] : [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return { ...(epoch ? { SOURCE_DATE_EPOCH: epoch } : {}), ...Object.fromEntries(given) };
}
