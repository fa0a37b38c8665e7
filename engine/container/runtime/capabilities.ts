import type { CapabilitySets } from '../../machine/runtime-spec.ts';
import { invalidParameter } from '../errors.ts';

/** All capabilities of Linux 6.1 (capability.h), in the kernel's order. */
const ALL = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
].map((name) => `CAP_${name}`);

/** What Docker gives a container that asks for nothing (moby, daemon/pkg/oci/caps). */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
].map((name) => `CAP_${name}`);

/** Names as `--cap-add` takes them, made canonical. Throws ContainerError for one that Linux does not have. */
function canonical(names: readonly string[], option: 'CapAdd' | 'CapDrop'): readonly string[] {
  return names.map((name) => {
    const upper = name.toUpperCase();
    const full = upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (full !== 'ALL' && !ALL.includes(full))
      throw invalidParameter(`invalid ${option}: unknown capability: "${full}"`);
    return full;
  });
}

/** The capabilities a container may have, from `--cap-add`, `--cap-drop` and `--privileged`. */
export function grantedCapabilities(
  add: readonly string[] = [],
  drop: readonly string[] = [],
  privileged = false,
): readonly string[] {
  const added = canonical(add, 'CapAdd');
  const dropped = canonical(drop, 'CapDrop');
  if (privileged) return ALL;
  const base = dropped.includes('ALL') ? [] : added.includes('ALL') ? ALL : DEFAULT_CAPABILITIES;
  const kept = base.filter((name) => !dropped.includes(name));
  const extra = added.includes('ALL') ? (dropped.includes('ALL') ? ALL : []) : added;
  return [...kept, ...extra.filter((name) => !kept.includes(name))];
}

/** Sets for a process: only root begins with them effective, which is what execve would do. */
export function capabilitySets(granted: readonly string[], uid: number): CapabilitySets {
  return uid === 0 ? { bounding: granted, effective: granted, permitted: granted } : { bounding: granted };
}
