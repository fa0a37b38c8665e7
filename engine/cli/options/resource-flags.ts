import type { DeviceMapping, RestartPolicy, ThrottleDevice, Ulimit } from '../../api/types.ts';
import { FlagValueError, parseBytes } from '../flags/values.ts';

/** `no`, `always`, `unless-stopped`, `on-failure[:max]`. The engine judges the name. Throws FlagValueError. */
export function restartPolicy(text: string): RestartPolicy {
  if (text === '') return { Name: '', MaximumRetryCount: 0 };
  const [name = '', count, ...more] = text.split(':');
  if (name === '' || more.length > 0) throw new FlagValueError('invalid restart policy format');
  if (count !== undefined && !/^-?\d+$/.test(count)) {
    throw new FlagValueError('invalid restart policy format: maximum retry count must be an integer');
  }
  return { Name: name as RestartPolicy['Name'], MaximumRetryCount: Number(count ?? 0) };
}

/** `--ulimit nofile=1024:2048`. Throws FlagValueError. */
export function ulimit(text: string): Ulimit {
  const match = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (!match) throw new FlagValueError(`invalid ulimit argument: ${text}`);
  const [, Name = '', soft, hard] = match;
  const Soft = Number(soft);
  const Hard = Number(hard ?? soft);
  if (Hard !== -1 && (Soft === -1 || Soft > Hard)) {
    throw new FlagValueError(`ulimit soft limit must be less than or equal to hard limit: ${Soft} > ${Hard}`);
  }
  return { Name, Hard, Soft };
}

/** `--device /dev/a[:/dev/b[:rwm]]`. Throws FlagValueError. */
export function device(text: string): DeviceMapping {
  const [outside = '', second, third, ...more] = text.split(':');
  if (more.length > 0) throw new FlagValueError(`bad format for path: ${text}`);
  const permissionsOnly = second !== undefined && /^[rwm]+$/.test(second);
  return {
    PathOnHost: outside,
    PathInContainer: permissionsOnly || !second ? outside : second,
    CgroupPermissions: permissionsOnly ? second : (third ?? 'rwm'),
  };
}

/** `--device-read-bps /dev/sda:1mb`, or `-iops` with a number. Throws FlagValueError. */
export function throttle(text: string, unit: 'bytes' | 'operations'): ThrottleDevice {
  const [Path = '', rate = '', ...more] = text.split(':');
  if (more.length > 0 || rate === '') throw new FlagValueError(`bad format: ${text}`);
  if (!Path.startsWith('/dev/')) throw new FlagValueError(`bad format for device path: ${text}`);
  try {
    const Rate = unit === 'bytes' ? parseBytes(rate) : Number(rate);
    if (Number.isInteger(Rate) && Rate >= 0) return { Path, Rate };
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error;
  }
  const wanted =
    unit === 'bytes'
      ? '<device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb'
      : '<device-path>:<number>. Number must be a positive integer';
  throw new FlagValueError(`invalid rate for device: ${text}. The correct format is ${wanted}`);
}
