import type { HostConfig } from '../../api/types.ts';
import type { LinuxSpec, ProcessSpec } from '../../machine/runtime-spec.ts';
import { DEFAULT_DEVICE_RULES } from './devices.ts';

/** Microseconds of a scheduling period that `--cpus` is turned into a quota of. */
const CPU_PERIOD = 100_000;

/** cgroup limits of a container. */
export function resourceLimits(host: HostConfig): NonNullable<LinuxSpec['resources']> {
  // Docker gives swap as much again as memory unless told otherwise; MemorySwap is both together.
  const swap = host.MemorySwap !== 0 ? host.MemorySwap : host.Memory * 2;
  const quota = host.NanoCpus > 0 ? Math.round((host.NanoCpus * CPU_PERIOD) / 1e9) : host.CpuQuota;
  const period = host.NanoCpus > 0 ? CPU_PERIOD : host.CpuPeriod;
  const pids = host.PidsLimit ?? 0;
  return {
    ...(host.Memory > 0 && { memory: { limit: host.Memory, swap } }),
    cpu: {
      ...(host.CpuShares > 0 && { shares: host.CpuShares }),
      ...(quota > 0 && { quota }),
      ...(period > 0 && { period }),
    },
    ...(pids > 0 && { pids: { limit: pids } }),
    devices: host.Privileged ? [{ allow: true, access: 'rwm' }] : DEFAULT_DEVICE_RULES,
  };
}

/** `--ulimit` as rlimits. */
export function resourceUlimits(host: HostConfig): NonNullable<ProcessSpec['rlimits']> {
  return (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({
    type: `RLIMIT_${Name.toUpperCase()}`,
    soft: Soft,
    hard: Hard,
  }));
}
